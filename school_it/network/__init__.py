"""What is screwed to the buildings: outlets with what they are patched to, and the types of network devices."""
