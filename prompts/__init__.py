"""The prompt files, as they are sent. `bot.prompts` reads them; there is no logic here."""
