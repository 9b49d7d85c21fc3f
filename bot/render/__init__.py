"""Step 11. Verified answers, articles and hits -> text for people and programs.

sanitise.py   the output door: what may reach a screen
layout.py     styled text in lines of a terminal's width
citation.py   how a citation reads
content.py    what of an answer is shown
text.py       an answer for terminals and pipes
markdown.py   an answer as Markdown
article.py    an article, or a span in its paragraph
hits.py       search results and traces
data.py       anything as JSON
"""
