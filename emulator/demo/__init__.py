"""The demo assistant: what it answers. Nothing of the protocol is known here.

A message is read (`line`, `numbers`, `reading`) with the words of `words.toml`; what the planner wrote is folded into
wishes and changes (`talk`, `wishes`); these make days and costs (`plan`, `costs`), which are put into words (`words`,
`say`, `facts`, `offers`, `answer`). What is on file about places is in `destinations`.
"""
