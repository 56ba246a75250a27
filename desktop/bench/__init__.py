"""Figures beside the limit of the machine they were taken on, in the same run (`linli bench NAME`)."""
