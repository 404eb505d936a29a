"""How ZynAddSubFX is spoken with; pure."""
