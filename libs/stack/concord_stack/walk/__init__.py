"""The demo walk: the main job from end to end, over HTTP only, as people and their programs do it.

Each step does what a person does, checks what that person would see, and leaves one line of evidence. A step that is
not verified fails the walk.
"""
