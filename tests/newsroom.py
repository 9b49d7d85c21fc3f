"""A small collection of articles, written out as the files that tests ingest.

Towns, people and outlets are invented. File name -> content.
"""

from __future__ import annotations

import random
from pathlib import Path

FILES = {
    "ferry-strike.md": """---
title: Ferry crews walk out at Orrel Sound
date: 2023-03-06
source: Harbour Wire
id: ferry-1
---
Ferry crews at Orrel Sound walked out at dawn on Monday over a new duty roster. About 340 deckhands
and engineers joined the strike, the Seafarers' Guild said.

The guild's secretary, Maren Tolliver, said the crews would stay out until the roster was withdrawn.
“Nobody can work nineteen days in a row,” she said.

Sound Lines, which runs the ferries, called the strike unlawful.
""",
    "ferry-talks.md": """---
title: Mediator called in ferry dispute
date: 2023-03-09
source: Northgate Courier
id: ferry-2
---
A mediator will meet both sides of the ferry dispute in Brackwater on Friday.

Judge Oswin Hale, who settled the dock strike of 2016, was chosen on Thursday. Sound Lines said it
had lost $2.4 million since the walkout began.
""",
    "ferry-deal.txt": """Title: Ferries to sail again after deal
Date: 2023-03-17
Source: Harbour Wire

ORREL SOUND, March 17. /Harbour Wire/. Ferries will sail again on Saturday after both sides signed
a deal at midnight. The roster was withdrawn, and crews will work no more than nine days in a row.

“It is what we asked for on the first day,” Maren Tolliver told reporters.
""",
    "bridge.txt": """Title: Crack closes Merrowby bridge
Date: 2023-05-02
Source: Northgate Courier

The Merrowby road bridge was closed on Tuesday after engineers found a crack in its second pier.
The crack is 1.5 metres long. Repairs will take eleven weeks, the county said.

Some 18,000 vehicles cross the bridge every day. They are being sent over the weir at Astbury.
""",
    "bridge-inquiry.md": """---
title: Inquiry into Merrowby bridge
date: 2023-06-20
source: Calder Echo
---
An inquiry found that the crack in the Merrowby bridge had been reported in 2019, and that nothing
was done. Three inspectors were dismissed.

The county's engineer, Ida Marsh, resigned. “I read the report and left it in a drawer,” she wrote.
""",
    "telescope.txt": """Title: First light for the Fellside telescope
Date: 2022-11-30
Source: Calder Echo

The Fellside telescope saw its first light on Wednesday night. Its mirror measures 6.2 metres
across and was polished in Brackwater for four years.

The first picture shows the spiral galaxy M74. Professor Ansel Quill, who leads the observatory,
called it sharper than anyone had hoped.
""",
    "election.md": """---
title: Eastmarch elects a new mayor
date: 2022-10-11
source: Northgate Courier
---
Lena Oake was elected mayor of Eastmarch on Monday with 52.3 percent of the vote. She defeated
Piers Holt, who had held the office for twelve years.

Turnout was 61 percent, the highest since 1994. Ms Oake promised to reopen the library on Mill Lane.
""",
    "snow.txt": """Title: Snow cuts off Upper Calder
Date: 2022-12-18
Source: Calder Echo

Heavy snow cut off the villages of Upper Calder on Sunday. Forty households were without power.
Soldiers brought blankets and fuel by tractor.
""",
    "museum.txt": """Title: Stolen cello returned to Brackwater museum
Source: Brackwater Mercury

A cello stolen from the Brackwater museum in 2011 was left at its door on Sunday, wrapped in a
sail. A note said only: “It was never played.” The police are looking for a sailmaker.
""",
}


def write(folder: Path) -> Path:
    """Write the collection into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


_SUBJECTS = "The council;A dockers' union;The county engineer;Mayor Ida Holt;The observatory".split(
    ";"
)
_VERBS = "approved;rejected;postponed;examined;published;withdrew;defended".split(";")
_OBJECTS = "a flood barrier;the harbour budget;a bus route;the school roster;a quarry lease".split(
    ";"
)


def write_many(folder: Path, count: int, *, sentences: int = 6, seed: int = 7) -> Path:
    """Write `count` plain-text articles of `sentences` sentences, each with its number in it."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        body = " ".join(
            f"{chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} {chance.choice(_OBJECTS)} of "
            f"district {number} on day {turn}."
            for turn in range(sentences)
        )
        (folder / f"article-{number:03}.txt").write_text(
            f"Title: District {number} in brief\nSource: Harbour Wire\n\n{body}\n"
        )
    return folder
