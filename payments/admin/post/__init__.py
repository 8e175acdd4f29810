"""Parcels at the desk: what waits to be sent, labels, scanning, hand-over lists, and the page of one parcel."""
