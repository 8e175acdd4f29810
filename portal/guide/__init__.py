"""How to use the portal: the four levels explained, the guide step by step, and a hand-out for meetings."""
