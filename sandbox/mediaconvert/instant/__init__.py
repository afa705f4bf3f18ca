"""Make up the outputs of jobs from gray pictures and silence that were encoded once; real in all else.

The files have the sizes, frame rates, durations, keyframes, segments and names that the job asks for, and
they play. What is made of one source's description is kept for the next: jobs of a load are alike.
"""
