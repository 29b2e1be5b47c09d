"""What the demo assistant says when it may search the web: that it cannot, and where the official word is."""

from collections.abc import Sequence

from emulator.demo.destinations import Destination

# National tourism organisations, by country.
_OFFICIAL = {
    "AE": ("Visit Dubai", "https://www.visitdubai.com/"),
    "AR": ("Visit Argentina", "https://www.argentina.travel/"),
    "AT": ("Austria", "https://www.austria.info/"),
    "AU": ("Tourism Australia", "https://www.australia.com/"),
    "BR": ("Visit Brasil", "https://www.visitbrasil.com/"),
    "CA": ("Destination Canada", "https://travel.destinationcanada.com/"),
    "CO": ("Colombia Travel", "https://colombia.travel/"),
    "CR": ("Visit Costa Rica", "https://www.visitcostarica.com/"),
    "CZ": ("Visit Czechia", "https://www.visitczechia.com/"),
    "DE": ("Germany Travel", "https://www.germany.travel/"),
    "DK": ("VisitDenmark", "https://www.visitdenmark.com/"),
    "EG": ("Experience Egypt", "https://www.experienceegypt.eg/"),
    "ES": ("Spain.info", "https://www.spain.info/"),
    "FR": ("France.fr", "https://www.france.fr/"),
    "GB": ("VisitBritain", "https://www.visitbritain.com/"),
    "GR": ("Visit Greece", "https://www.visitgreece.gr/"),
    "HK": ("Discover Hong Kong", "https://www.discoverhongkong.com/"),
    "HR": ("Croatia Full of Life", "https://croatia.hr/"),
    "ID": ("Indonesia Travel", "https://www.indonesia.travel/"),
    "IN": ("Incredible India", "https://www.incredibleindia.gov.in/"),
    "IS": ("Visit Iceland", "https://www.visiticeland.com/"),
    "IT": ("Italia.it", "https://www.italia.it/"),
    "JP": ("Travel Japan", "https://www.japan.travel/"),
    "KE": ("Magical Kenya", "https://magicalkenya.com/"),
    "KR": ("Visit Korea", "https://english.visitkorea.or.kr/"),
    "MA": ("Visit Morocco", "https://www.visitmorocco.com/"),
    "MX": ("Visit Mexico", "https://www.visitmexico.com/"),
    "NL": ("Holland.com", "https://www.holland.com/"),
    "NP": ("Nepal Tourism Board", "https://ntb.gov.np/"),
    "NZ": ("Tourism New Zealand", "https://www.newzealand.com/"),
    "PE": ("Peru Travel", "https://www.peru.travel/"),
    "PL": ("Poland Travel", "https://www.poland.travel/"),
    "PT": ("Visit Portugal", "https://www.visitportugal.com/"),
    "SG": ("Visit Singapore", "https://www.visitsingapore.com/"),
    "TH": ("Tourism Thailand", "https://www.tourismthailand.org/"),
    "TR": ("GoTürkiye", "https://goturkiye.com/"),
    "TZ": ("Tanzania Tourism", "https://www.tanzaniatourism.go.tz/"),
    "US": ("Visit The USA", "https://www.visittheusa.com/"),
    "VN": ("Vietnam Travel", "https://vietnam.travel/"),
    "ZA": ("South African Tourism", "https://www.southafrica.net/"),
}


def web_note(places: Sequence[Destination]) -> str:
    """Say that nothing was searched, and name the official tourism sites of the places."""
    sites = dict.fromkeys(_OFFICIAL[place.country_code] for place in places if place.country_code in _OFFICIAL)
    note = "*Web search is on, but this demo assistant cannot reach the web: nothing was looked up."
    if not sites:
        return f"{note}*"
    return f"{note} Official sites to check this on:* {', '.join(f'[{name}]({url})' for name, url in sites)}."
