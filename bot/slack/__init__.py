"""Step 12. Slack: the same proven answers where the team talks.

In the order of what happens to a question:

    serve.py     connects to Slack and runs until told to stop
    http.py      Slack's signed requests, where there is no socket
    app.py       the Bolt app: which payload goes where
    routing.py   a payload -> what is asked, or nothing
    store.py     claims it, so that it is answered once, by one process
    limits.py    how much one person or channel may ask
    pool.py      the threads that answer, and the queue before them
    run.py       claims, queue and stop: sees each question to its end
    tell.py      one question, from its first sign of life to the end of its reply
    stream.py    a reply that is written while it is made
    thread.py    the calls that it is made of
    ephemeral.py a reply that only one person sees
    fmt.py       text -> Slack's markups, harmless
    blocks.py    an answer -> blocks
    modals.py    windows: passages, a wrong citation, a question about a message
    home.py      the Home tab
    actions.py   what buttons and windows do
    channels.py  what is set for a channel
    logs.py      the log: no secrets, no control characters
    workspaces.py  where the bot is installed: one workspace, or many (OAuth)
    client.py    the Web API, its retries and its errors
    check.py     whether everything is set up
    manifest.py  what Slack must know of the app
    feedback.py  what people thought of answers, as evaluation cases

`bot.slack.testing` is a stand-in for Slack on loopback. Only this package imports slack_bolt and
slack_sdk, which `pip install 'dateline[slack]'` brings.
"""
