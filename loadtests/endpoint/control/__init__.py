"""Operations that send nothing: those that are not there, their own limit, and their pages."""
