"""How properties are tested where not as usual."""

from hypothesis import Phase, settings

# For `make guards`: that a property fails is enough to know.
settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])
