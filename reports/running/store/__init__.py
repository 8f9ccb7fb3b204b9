"""Every simulated run is kept under the digest of all that it depends on, and never made twice."""
