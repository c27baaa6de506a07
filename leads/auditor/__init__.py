"""Switchyard noticing its own silence: its promises asked of the rows every half minute, and told where they break."""
