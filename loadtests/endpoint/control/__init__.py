"""Operations that send nothing: those that are not there or only kept, their own limit, their pages."""
