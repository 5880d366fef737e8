"""Guess a text's language from its script and its commonest words; silent when it is not clear."""

from __future__ import annotations

import re

MAX_LOOKED_AT = 2_000  # characters; a letter shows its language in its first lines
MIN_HITS = 3

_COMMON = {
    "en": "the and you for that this with have not are is it your was but from please can we will be what when"
    " i my of to in on",
    "de": "der die das und ich nicht ist sie mit wir ein eine zu den auf für von dem im haben bitte es auch wie"
    " dass noch werden",
    "fr": "le la les et je vous est pas une un des pour que dans nous avec sur bonjour mais ce mon merci votre"
    " du au qui être ne",
    "es": "el la los las y que de en un una por con para no es su lo se mi hola gracias como pero me este está"
    " usted más",
    "it": "il lo la gli e che di un una per con non è sono si mi del della ho ma come grazie anche questo vi nel alla",
    "pt": "o a os as e que de em um uma por com para não é se meu minha obrigado mais como mas você está no na do da",
    "nl": "de het een en ik niet van is dat je op te voor met zijn aan u we heb deze maar er wij bij ook naar graag",
    "pl": "i w nie na się z do to jest że o jak ale po czy dla mam za od proszę dziękuję tak co już przez",
    "sv": "och att det i är jag på en som inte med för av har till den om vi du ett kan men hej tack från",
    "da": "og at det i er jeg på en som ikke med for af har til den om vi du et kan men hej tak fra der",
    "no": "og at det i er jeg på en som ikke med for av har til den om vi du et kan men hei takk fra fra",
    "fi": "ja on ei että se en hän mutta ovat oli kun niin myös tämä kiitos voi jos mitä ole minun hei olen te",
    "cs": "a v na se je že to s z o do pro jsem ale jak by za si po prosím děkuji dobrý den jste jako už",
    "sk": "a v na sa je že to s z o do pre som ale ako by za si po prosím ďakujem dobrý deň ste už",
    "hu": "a az és hogy nem is egy van ez meg de ha már csak kérem köszönöm azt volt mint",
    "tr": "ve bir bu için de da ile çok ne var ben mi olarak gibi daha ama merhaba teşekkürler",
    "ro": "și în de la nu cu să o un pe este care pentru am din mai că vă mulțumesc",
    "id": "yang dan di untuk dengan saya ini tidak anda ada pada dari kami bisa terima kasih",
}
_LANGUAGES: dict[str, list[str]] = {}  # of each common word
for _language, _words in _COMMON.items():
    for _word in set(_words.split()):
        _LANGUAGES.setdefault(_word, []).append(_language)
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_OTHER_SCRIPTS = re.compile("[\u0370-\u0e7f\u3040-\ud7af]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")


def language_of(text: str) -> str | None:
    """ISO 639-1, or None."""
    text = text[:MAX_LOOKED_AT]
    words = _WORD.findall(text.lower())
    letters = sum(map(len, words))
    if not letters:
        return None
    others = "" if text.isascii() else "".join(_OTHER_SCRIPTS.findall(text))
    if others:
        for language, script in _SCRIPTS:
            share = 0.05 if language == "ja" else 0.25
            if len(script.findall(others)) > share * letters:
                return language
        if len(_CYRILLIC.findall(others)) * 2 > letters:
            return "uk" if _UKRAINIAN.search(others) else "ru"
    counts = dict.fromkeys(_COMMON, 0)
    for word in words:
        for language in _LANGUAGES.get(word, ()):
            counts[language] += 1
    hits = sorted(((count, language) for language, count in counts.items()), reverse=True)
    (best, language), (second, _) = hits[0], hits[1]
    if best < MIN_HITS or best * 8 < len(words) or best * 9 < second * 10:
        return None
    return language
