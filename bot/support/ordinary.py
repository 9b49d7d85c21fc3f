"""Words that a sentence of news may begin with and that are no names.

A capital at the head of a sentence says nothing; these words there are not taken for names, in any
of their forms. The list holds common words only, and none that people, places or companies are
called by as well ("Brown", "Rice", "Reading"): such a word has to be cited.
"""

from __future__ import annotations

from functools import lru_cache

from bot.support.words import stem

_WORDS = (
    "abortion absolutely abuse academic access accident account across acting active activists "
    "actress actually add adding additional additionally address admission adults advance "
    "advocates aerial afterward age agency agents agreed agreement ahead aid airline airport "
    "alcohol alleged alliance allow almost along alongside already alternative aluminum always "
    "ambassador ambulance amid analysis analysts ancient animals annual answer anti anybody "
    "anyone anything anytime anyway apartment app apparently appeal application appointed "
    "approved approximately area arena army around arrested arrived artist aside asked assistance "
    "assume athletes attack attempt attend attendees attorney audience audit authorities "
    "automakers automatically available average avoid away baby back backers background bad ban "
    "based basic beach become bed bedroom begin behind believe beneath besides better beyond bid "
    "binge blame blast blizzard block board boat bombing book border born borrowers brand break "
    "bring broadcaster brother budget building built bureau bus business buy buyer called "
    "campaign candidate canned capacity captain car cases catastrophic catch cause celebrate "
    "certain certainly chairman change chaos charges check chief child children choose chronic "
    "cinema citing citizens city claims clash clean clear clearly climate close closures club "
    "coalition coast college collision combat combined come comedian comment commercial "
    "commission committee community commuter company compared complaints complete complicated "
    "computer concerns concert conditions conduct confirmed congratulations connection considered "
    "consistent construction consumers continent continue contract contrary conversation "
    "convicted coronavirus cost council country couple course court cover crash create credit "
    "crew crime criminal critical crowd crude current customers cyclist dairy damage dangerous "
    "data date daughter deal dealers death debate debris debt decades decision declared deep "
    "defend degree delays delegate demand demonstrations denied department depending deputy "
    "described designed despite details detected development didn't different dig digital dining "
    "diplomat direct director discuss dishes district diversity doctors documents dog domestic "
    "donations door download downtown drag draw dress drinking drive driver drones drought dry "
    "due earlier early earned earthquake eclipse economic economist effect efforts eggs election "
    "electric eligible elsewhere email emergency employees employment end energy engineer enjoy "
    "enough ensure entered environmentalists envoy equipment especially essential established "
    "estimated event eventually everybody everyone everything everywhere evidence exactly exam "
    "example except excessive executive expand expected experience experts explosion export "
    "extended extreme eye face fact factory failed failure family fans far farm fast father fear "
    "features federal feel fellow fewer fight figure filed filled film final financial find fire "
    "firefighters fireworks fisherman flag flight flooding floodwaters flu fly focus folks "
    "following food footage force forecast foreign forget form former formerly forward found "
    "frankly freshman friends fuel full fully fun funding gas gasoline gathered gender general "
    "getting girls give given glasses global goalkeeper going good government governor grab "
    "grocery ground group growing growth guests gun half hand happy harbor harbour hard hate "
    "he'll head health hearing heartbreaking heat heavy help higher highlights hired historian "
    "history hit hold holiday home honestly hopefully hospital host hotel hours house hurricane "
    "husband ideal imagine immediately immigration important importantly improve include increase "
    "increasingly incumbent indeed individual indoor industry infections inflation information "
    "initial injuries inmates inside inspector inspired instead insurance intense interactive "
    "interest interim international internet introduced investigation investment investors island "
    "issues items itinerary jail job join journalists judge jury keep key kick kids kind know "
    "known lack lake land landlords large larger last late later latest launch lava lawmakers "
    "lawsuit lawyers lead leaders leak learn leave led left legal legendary legislation letter "
    "level library lie life likely likewise limited list listen live loan local locations "
    "longtime look losing lot made magazine make male man manager manufacturing map marijuana "
    "market masks massive maybe mayor measles measures media mediator medic meeting members men "
    "mental merger meteorologist mid migrants miles military minister ministry minority minutes "
    "mission moderate moment money monkeypox month mortgage mostly mother mountain move movie "
    "multiple museum musician name national nationwide navy nearby nearly need needless "
    "negotiations neighborhood neighbors neighbour net never nevertheless newly newspaper next "
    "nobody nomination non none nonetheless normal notable noted nothing notice nuclear number "
    "numerous nursing obesity observed obviously occasionally ocean odds offer officer officials "
    "often oil old older online open operations opinion opponents opposition order organiser "
    "organization original otherwise outdoor outgoing outside overall overnight owner packed pair "
    "panel paramedic parents parliament part partial participate party passed passengers past "
    "patients patrons pay payments peak pedestrian people performance perhaps permit person "
    "pharmacy phone photographer physical pick pilot place plagued plaintiffs plan plane plant "
    "plastic play players playoff plenty plus podcast point police policy political politicians "
    "poll pop popular population portion positive possible potential practice pre predicted "
    "preliminary prepared present president presidential pressure pretty previous previously "
    "primary prime prior prison private probably problem proceeds produced products professional "
    "professor profit program programme progress project prominent promote proof property "
    "proponents proposal prosecution prosecutors protect protesters provide province public "
    "publisher pupil purchase put quality quarterback questions race racial raid rail railway "
    "rain rainfall raised ranked rapper rare rate reach readers real reason rebel recalled recap "
    "received recent recommended record recovery reduce referendum referring reform refugee "
    "regarding regardless region registration regular regulations related relatively release "
    "remain remember removed renewable rent repair repeated reporters representatives required "
    "rescue rescuers researcher residents respond restaurants restore restrictions results retail "
    "retired return revenue review ride riders right rise road roughly ruling rumors run sadly "
    "safe sales sample sanctions satellite scheme school science scientists score screen sea "
    "search season seat see seeking select self seller senator send senior sentence separate "
    "served set several share shareholder she'd shelter ship shooting shop shoppers shortly show "
    "significant similar similarly simply single sister sitting situation skip sleep smaller "
    "smartphone smoke snowfall soaring software solar sold soldier somebody someone something "
    "sometimes somewhere son soon sophomore sound source speak special specific speculation "
    "spending spokesman spokespeople spokesperson spokeswoman sponsored stadium staff stage stand "
    "start state statewide station statistic status stay step still stock stop store storm "
    "streaming strike striker students study submitted subsequent success suddenly supermarket "
    "support sure surrounding survey survive survivor suspect symptoms take taken takeover talk "
    "tariffs tax taxpayers teachers team technology teenagers tell temperatures tennis tens "
    "tensions tent term test testimony text thankfully thanks theater theatre therefore they're "
    "things thousands throughout throw tickets tight time timeline tips title together top "
    "tornado total tourists town track trade trader traditional traditionally traffic training "
    "travel treat treaty trees tribal troop troopers trouble truck true trying tsunami tucked "
    "turned typically ultimately understand unemployment unfortunately union university unless "
    "unlike upcoming updated use users usually vaccine various vehicles venue verdict vice "
    "victims video view viewers village violations violence violent virtual visit visitors visual "
    "volunteers vote voters wait waiver want war warm warning wash watch wave wearing weather "
    "website week weekly welcome whatever whenever whoever wide widespread widow wife wildfires "
    "win wind witness woman women word work workers worried worse worst writer writing written "
    "year yesterday "
)

_NO_ADVERBS = frozenset("beverly connelly connolly donnelly kimberly".split())


@lru_cache(maxsize=1)
def ordinary_stems() -> frozenset[str]:
    """Stems of all these words."""
    return frozenset(map(stem, _WORDS.split()))


def is_ordinary(word: str) -> bool:
    """Whether a word in lower case is one of them, or an adverb."""
    adverb = word.endswith("ly") and len(word) > 6 and word not in _NO_ADVERBS
    return adverb or stem(word) in ordinary_stems()
