"""Invented names, and the account names that IServ makes of them (given.family, umlauts spelt out)."""

import unicodedata
from random import Random

_GIVEN = """
Ada Adrian Ahmet Aleyna Alexander Alina Amelie Amina Amir Anastasia André Anna Anna-Lena Annika Anouk Anton Arda
Arne Arthur Asya Aylin Ben Benjamin Betül Björn Bruno Can Carla Carlotta Cem Chiara Clara Çağla Daniel Darius David
Defne Deniz Diana Dilara Ecrin Ege Eileen Ela Elena Elias Elif Elisa Ella Emil Emilia Emir Emma Emre Enes Esma
Esther Eymen Fabian Fatima Felix Femke Finja Finn Florian Franziska Frederik Frieda Gabriel Georg Greta Güler Hamza
Hanna Hannes Hatice Helene Henri Henriette Hüseyin Ida Ilias Ilse İpek Isabella Ismail Jakob Jan Jan-Philipp Jana
Jannik Jasmin Jette Johann Johanna Jonas Jonathan Joris Josefine Joshua Jule Julia Julian Juna Kaan Karim Karl
Karl-Heinz Karla Katharina Kaya Kerem Kian Kim Kira Klara Konrad Konstantin Lara Lars Laura Lea Lea-Sophie Leni
Lennard Leo Leon Leonie Leyla Liam Lias Lilli Lina Linus Lisa Liv Lotta Louisa Luca Luis Lukas Luna Mahmoud Maja
Malte Mara Margarete Maria Marie Marie-Luise Marlene Marlon Martha Mathilda Mats Matteo Maurice Max Maximilian Melek
Melina Merle Mert Meryem Mia Mila Milan Mina Miriam Mohammed Moritz Muhammed Nele Nele-Marie Niklas Nils Nina Noah
Noemi Nora Oğuz Ole Olivia Omar Oskar Paul Paula Pauline Pelin Peter Phil Philipp Pia Rafael René Ricarda Robin Romy
Ronja Rosalie Rüya Salma Samira Samuel Sara Selin Selma Semih Sina Sofia Sönke Sophie Stella Sümeyye Tamara Tarik
Teoman Thea Theo Theresa Tilda Till Tim Timo Tom Toprak Ümit Valentin Valeria Vincent Viktoria Wanja Wilhelmine
Yannick Yara Yasin Yasmin Yiğit Younes Yusuf Zehra Zoé Zoey
"""
_FAMILY = """
Abel Ackermann Adler Ahlers Akbulut Albers Altmann Amann Arslan Arndt Ayd\u0131n Bachmann Backhaus Barth Bauer
Baumann Beck Becker Behrens Berger Bergmann Beyer Bieber Blum Böhm Böttcher Brandt Braun Bremer Breuer Brinkmann
Brückner Buchholz Budde Busch Büscher Çelik Clemens Conrad Cordes Dahlhaus Daniels Demir Dietrich Dittmar Döring
Dörfler Drews Ebert Eckert Ehlers Eichhorn Engel Erdmann Ernst Esser Falke Feldhaus Fiedler Fischer Fleischmann
Förster Frank Franke Freitag Frey Friedrich Fröhlich Fuchs Funke Gärtner Gebhardt Geiger Gerlach Gleiß Göbel
Goldmann Graf Greve Große Grüne Günther Haak Haas Hahn Hamann Hansen Hartmann Haußmann Heckmann Heinrich Heller
Henke Hermann Heß Hildebrandt Hinz Hoffmann Hofmann Holtkamp Horn Hövel Huber Hübner Ilgner Jäger Jahnke Jansen Jost
Jung Jürgens Kaiser Kaminski Karaca Kaspar Kaya Keller Kemper Kern Keßler Kirchner Klein Klemm Klöckner Knappe Knoll
Koch Köhler Kolbe König Korte Kowalski Kraft Krämer Kranz Krause Kremer Krüger Kruse Kühn Kuhlmann Kunze Küpper Kurz
Landwehr Lange Lauterbach Lehmann Lenz Liebig Lindemann Link Löffler Lorenz Lücke Ludwig Lüning Maaß Maier Marquardt
Martens Marx Meier Meißner Menke Mertens Metzger Meyer Michels Möller Moser Müller Münch Nagel Neumann Niehaus Nolte
Nowak Oberhoff Ott Öztürk Pape Paschke Paul Peters Pfeiffer Plöger Pohl Pracht Prinz Quast Rademacher Rath Raue
Reich Reimann Reuter Richter Riedel Ritter Roggenkamp Rößler Röttger Rose Roth Rudolph Ruß Sander Sauer Schade
Schäfer Scheffler Schilling Schlüter Schmidt Schmitz Schneider Scholz Schöne Schramm Schröder Schubert Schütte
Schulz Schumacher Schwarz Seidel Seifert Siebert Simon Şahin Sommer Specht Stahl Stein Steinkühler Strauß Thiel
Thöne Tiemann Timm Ulrich Unger Urban Vogel Vogt Völker Voß Wagner Walter Weber Wegener Weiß Wendt Werner Wessel
Westermann Wichmann Wiegand Wilke Winkler Wirtz Witte Wolff Wüst Y\u0131ld\u0131z Y\u0131lmaz Zander Ziegler
Zimmermann Zöllner
"""
GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
_LONG = (
    ("Maximiliane-Charlotte", "Freifrau von Wolkenstein-Trostburg"),
    ("Alexandra Philippa", "Müller-Lüdenscheidt-Kloebner"),
    ("Konstantin-Alexander", "Schulze-Niederbröckelmann"),
    ("Ana Beatriz", "de Oliveira dos Santos Ferreira"),
)
_PARTICLES = ("van", "von der", "El", "de")

_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "\u0131": "i", "ø": "o"},
)
_SHARE_DOUBLE = 0.07
_SHARE_PARTICLE = 0.015
_SHARE_LONG = 0.002
_SHARE_MIDDLE = 0.02


def draw_name(random: Random) -> tuple[str, str]:
    """Draw a given and a family name; a few are double, with a particle, or very long."""
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    chance = random.random()
    if chance < _SHARE_LONG:
        return random.choice(_LONG)
    if chance < _SHARE_DOUBLE:
        return given, f"{family}-{random.choice(FAMILY)}"
    if chance < _SHARE_DOUBLE + _SHARE_PARTICLE:
        return given, f"{random.choice(_PARTICLES)} {family}"
    if chance < _SHARE_DOUBLE + _SHARE_PARTICLE + _SHARE_MIDDLE:
        return f"{given} {random.choice(GIVEN)}", family
    return given, family


def to_ascii(text: str) -> str:
    """Spell umlauts out (ä is ae, ß is ss) and drop all other accents."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELT_OUT))
    return decomposed.encode("ascii", "ignore").decode()


def login_of(given: str, family: str) -> str:
    """Account name: first given name, a dot, the family name without blanks."""
    return to_ascii(f"{given.partition(' ')[0]}.{family.replace(' ', '')}").lower()


def name_key(given: str, family: str) -> str:
    """Two persons with the same key cannot be told apart by name, in any of the usual spellings."""
    return to_ascii(f"{given} {family}").lower()
