"""Countries, their adjectives and people, and a few organisations and offices by short names.

One line is one thing under all the names it goes by in news; each is as good as the other. Only
true equals: "Washington" or "Beijing" for a government is not among them.
"""

from __future__ import annotations

_SAME = """
us | usa | united states | united states of america | america | american | americans
uk | united kingdom | britain | great britain | british | briton | britons
uae | united arab emirates | emirates | emirati | emiratis
eu | european union
un | united nations
ussr | soviet union | soviet | soviets
drc | dr congo | democratic republic of the congo | democratic republic of congo
nato | north atlantic treaty organization | north atlantic treaty organisation
who | world health organization | world health organisation
imf | international monetary fund
ioc | international olympic committee
fbi | federal bureau of investigation
cia | central intelligence agency
nasa | national aeronautics and space administration
nyc | new york city
la | los angeles
dc | district of columbia
gop | republican party | republican | republicans
covid | covid-19
pm | prime minister
ai | artificial intelligence
mp | member of parliament
mps | members of parliament
ceo | chief executive | chief executive officer
prc | people's republic of china | china | chinese
afghanistan | afghan | afghans
albania | albanian | albanians
algeria | algerian | algerians
argentina | argentine | argentines | argentinian | argentinians
armenia | armenian | armenians
australia | australian | australians
austria | austrian | austrians
azerbaijan | azerbaijani | azerbaijanis
bahrain | bahraini | bahrainis
bangladesh | bangladeshi | bangladeshis
belarus | belarusian | belarusians
belgium | belgian | belgians
bolivia | bolivian | bolivians
bosnia | bosnian | bosnians
brazil | brazilian | brazilians
bulgaria | bulgarian | bulgarians
myanmar | burma | burmese
cambodia | cambodian | cambodians
cameroon | cameroonian | cameroonians
canada | canadian | canadians
chile | chilean | chileans
colombia | colombian | colombians
congo | congolese
croatia | croatian | croatians | croat | croats
cuba | cuban | cubans
cyprus | cypriot | cypriots
czech republic | czechia | czech | czechs
denmark | danish | dane | danes
ecuador | ecuadorian | ecuadorians
egypt | egyptian | egyptians
england | english | englishman | englishmen
estonia | estonian | estonians
ethiopia | ethiopian | ethiopians
europe | european | europeans
fiji | fijian | fijians
finland | finnish | finn | finns
france | french | frenchman | frenchmen
georgia | georgian | georgians
germany | german | germans
ghana | ghanaian | ghanaians
greece | greek | greeks
guatemala | guatemalan | guatemalans
haiti | haitian | haitians
honduras | honduran | hondurans
hungary | hungarian | hungarians
iceland | icelandic | icelander | icelanders
india | indian | indians
indonesia | indonesian | indonesians
iran | iranian | iranians
iraq | iraqi | iraqis
ireland | irish | irishman
israel | israeli | israelis
italy | italian | italians
jamaica | jamaican | jamaicans
japan | japanese
jordan | jordanian | jordanians
kazakhstan | kazakh | kazakhs
kenya | kenyan | kenyans
kosovo | kosovan | kosovar | kosovars
kuwait | kuwaiti | kuwaitis
kyrgyzstan | kyrgyz
kyiv | kiev
laos | lao | laotian | laotians
latvia | latvian | latvians
lebanon | lebanese
libya | libyan | libyans
lithuania | lithuanian | lithuanians
malaysia | malaysian | malaysians
mali | malian | malians
malta | maltese
mexico | mexican | mexicans
moldova | moldovan | moldovans
mongolia | mongolian | mongolians
morocco | moroccan | moroccans
nepal | nepali | nepalis | nepalese
netherlands | holland | dutch
new zealand | new zealander | new zealanders
nigeria | nigerian | nigerians
north korea | north korean | north koreans
norway | norwegian | norwegians
oman | omani | omanis
pakistan | pakistani | pakistanis
palestine | palestinian | palestinians
panama | panamanian | panamanians
peru | peruvian | peruvians
philippines | philippine | filipino | filipinos
poland | polish | pole | poles
portugal | portuguese
qatar | qatari | qataris
romania | romanian | romanians
russia | russian | russians | russian federation
rwanda | rwandan | rwandans
saudi arabia | saudi | saudis
scotland | scottish | scot | scots
senegal | senegalese
serbia | serbian | serbians | serb | serbs
singapore | singaporean | singaporeans
slovakia | slovak | slovaks | slovakian
slovenia | slovenian | slovenians
somalia | somali | somalis
south africa | south african | south africans
south korea | south korean | south koreans
spain | spanish | spaniard | spaniards
sri lanka | sri lankan | sri lankans
sudan | sudanese
sweden | swedish | swede | swedes
switzerland | swiss
syria | syrian | syrians
taiwan | taiwanese
tanzania | tanzanian | tanzanians
thailand | thai | thais
tunisia | tunisian | tunisians
turkey | türkiye | turkish | turk | turks
uganda | ugandan | ugandans
ukraine | ukrainian | ukrainians
uruguay | uruguayan | uruguayans
uzbekistan | uzbek | uzbeks
venezuela | venezuelan | venezuelans
vietnam | vietnamese
wales | welsh | welshman
yemen | yemeni | yemenis
zambia | zambian | zambians
zimbabwe | zimbabwean | zimbabweans
africa | african | africans
asia | asian | asians
islam | islamic | muslim | muslims
christianity | christian | christians
judaism | jewish | jew | jews
"""

Name = tuple[str, ...]
# Each name, as its words in lower case, with all names of the same thing.
SAME: dict[Name, tuple[Name, ...]] = {}
for _line in _SAME.strip().splitlines():
    _names = tuple(
        tuple(name.replace("-", " ").split()) for name in map(str.strip, _line.split("|"))
    )
    for _name in _names:
        SAME[_name] = SAME.get(_name, ()) + _names
LONGEST = max(map(len, SAME))
