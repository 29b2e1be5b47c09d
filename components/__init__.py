"""The parts that screens draw with."""
