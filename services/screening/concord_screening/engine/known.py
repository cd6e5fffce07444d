"""Words that are known to be one another where no rule would tell: Майкл is Michael, Bill is William.

Three sources: words of other scripts whose usual Latin form the edit model would not guess (learned from
the public word lists), short forms of given names, and the ways Chinese family names are spelled outside
Mandarin and Hong Kong. A part of a name gets these as further spellings.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib import resources

_FILE = "words.tsv.gz"
_COMMON = "common.tsv.gz"
WESTERN = "western.txt"

_SHORT_FORMS = """
abigail abby gail; albert al bert; alexander alex sandy sasha aleksandr; alexandra sandra sasha; alfred
fred alf; andrew andy drew andra; anthony tony; antoine tony; antonio tony toni; barbara babs barb;
benjamin ben benny; bernard bernie; catherine cathy kate katie cate; charles charlie chuck chas;
christian chris; christina chris tina chrissy; christine chris tina; christopher chris kit; clifford
cliff; cornelius neil connie; daniel dan danny; david dave davy; deborah debbie deb; dennis denny;
dmitri dima mitya; donald don donnie; dorothy dot dottie dolly; douglas doug; edmund ed ned; eduard
edik; edward ed eddie ted teddy ned; eleanor ellie nell; elizabeth liz beth betty eliza lizzie lisa
bess; eugene gene; evgeny zhenya; francis frank fran; francisco paco pancho; franklin frank; frederick
fred freddie; gabriel gabe; geoffrey geoff jeff; gerald gerry jerry; gerard gerry; gertrude trudy;
giovanni gianni nino; giuseppe peppe beppe pino; gregory greg; guillermo memo; gwendolyn gwen; harold
harry hal; henry harry hank; herbert herb bert; ignacio nacho; isabella bella; ivan vanya; jacob jake;
jacqueline jackie; james jim jimmy jamie; jeffrey jeff; jennifer jenny jen; jeremiah jerry; jerome
jerry; jesus chucho; johannes hans jan; john jack johnny; jonathan jon; jose pepe; joseph joe joey jo;
joshua josh; josephine jo josie; judith judy; katherine kathy kate katie kit; kenneth ken kenny;
lawrence larry; leonard leo len lenny; leslie les; lewis lew; llewellyn llew lew; louis lou louie;
ludmila lyuda mila; magdalena lena; manuel manolo; margaret maggie meg peggy greta marge; maria masha;
martin marty; matthew matt; maximilian max; melanie mel; mercedes merche; michael mike mick micky mickey
misha; mikhail misha; mohammad mo; nathaniel nat nate; nicholas nick nicky; nikolai kolya; norman norm;
oliver ollie; olga olya; pamela pam; patricia pat patty trish tricia; patrick pat paddy; peter pete;
philip phil; randolph randy; raymond ray; rebecca becky; reginald reg reggie; richard dick rick rich
ricky; robert bob rob bobby robbie bert; roberto beto; rodney rod; roger rog; ronald ron ronnie;
rosemary rosie rose; rudolf rudi; russell russ; samuel sam sammy; sergei seryozha; stanley stan; stephen
steve stevie; steven steve; stuart stu; susan sue susie; suzanne sue; sylvester sly; tatiana tanya;
terence terry; theodore ted teddy theo; theresa terry tess; thomas tom tommy; timothy tim; valentina
valya; victor vic; victoria vicky vika; vincent vince vinny; virginia ginny; vladimir volodya vova;
walter walt wally; wilfred wilf fred; wilhelm willi; william bill will billy willie liam; winston
winnie; yekaterina katya; yuri yura; zachary zach; yusuf yusef; abdulaziz aziz; abdullah abdallah
"""

_FAMILY_SPELLINGS = """
陈陳 tan chan chin ting ding; 黄黃 ng wong wee ooi bong; 林 lim lam ling; 张張 teo chong cheung teoh tiong; 王 ong wong
heng; 翁 ong yung; 李 lee li; 吴吳 goh ng go ngo; 蔡 chua choi tsai chuah choy; 郑鄭 tay cheng teh tee;
刘劉 lau low liew; 洪 ang hung; 许許 koh khoo hui kho hii; 曾 chan tsang chen tseng; 谢謝 chia cheah tse
chea; 叶葉 yap ip yip yeh; 杨楊 yeo yeoh yeung young; 周 chew chow chau chou; 沈 sim shum sum; 梁 leong
leung neo nio; 罗羅 loh law lo; 郭 kuek quek kwok kuok kwek; 卢盧 loo lo low; 颜顏 gan ngan; 邱 khoo yau
chiu; 胡 foo wu oh woo; 冯馮 fong fung pang; 朱 choo chu tsu; 余 yee yu ee; 潘 phua poon pun; 苏蘇 soh
so soo; 蒋蔣 chiang cheong chong tsiang; 方 png fong hong; 江 kong kang chiang; 魏 gwee ngai goi; 钟鍾鐘
chung cheong chong; 彭 phang pang; 廖 liew leow liu liau; 赖賴 lai lye loi; 丁 ting teng; 温溫 woon wan
oon; 徐 chee tsui hsu chui; 孙孫 soon sun sng; 马馬 ma mah beh; 侯 hou how hau; 韩韓 han hon; 唐 tong
tng; 高 ko kho kou kao; 白 pek peh pai; 石 chok shek chio; 董 tong tang; 蓝藍 nam lam; 施 see sze si;
庄莊 chng chong ch; 尤 yew yau; 严嚴 giam yim ngiam; 萧蕭肖 siew siu siow; 范 fan huan; 傅 poh fu foo; 何
ho hoe hor; 戴 tai tay dai; 涂 too thoo; 佘 seah sia; 伍 ng ngo; 区區歐欧 au ou; 陆陸 luk loke look; 游 yew
yu; 詹 chiam jim; 章 cheong cheung chiong; 袁 yuen yuan wan; 邓鄧 tang theng; 姚 yeow yiu yeo; 熊 hung
yong; 姜 keong geung; 龚龔 kung keng; 黎 lai le loi; 易 yik; 司徒 szeto seto; 欧阳歐陽 auyeung auyong
owyang
"""


# How Koreans spell family names that would be read otherwise.
_KOREAN_FAMILIES = """
이 lee yi rhee; 박 park pak; 최 choi choe; 정 jung chung jeong; 조 cho jo; 윤 yoon yun; 임 lim im; 오 oh o; 서 seo suh;
신 shin sin; 유 yoo yu; 류 ryu yoo; 고 ko koh; 손 sohn son; 배 bae pae; 백 paik baek; 허 hur huh; 심 shim sim;
노 roh noh; 주 joo chu; 우 woo; 구 koo ku; 전 chun jeon; 문 moon; 김 kim gim; 강 kang; 곽 kwak; 권 kwon; 국 kook
"""


def is_short(latin: str) -> bool:
    """Whether a Latin name is short for others."""
    return latin in _short_forms()


@lru_cache(maxsize=1)
def _short_forms() -> dict[str, tuple[str, ...]]:
    formal: dict[str, list[str]] = {}
    for group in _SHORT_FORMS.replace("\n", " ").split(";"):
        name, *shorts = group.split()
        for short in shorts:
            formal.setdefault(short, []).append(name)
    return {short: tuple(names) for short, names in formal.items()}


@lru_cache(maxsize=1)
def _families() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _FAMILY_SPELLINGS.replace("\n", " ").split(";"):
        characters, *spelled = group.split()
        size = 2 if characters.startswith(("司徒", "欧阳")) else 1
        for at in range(0, len(characters), size):
            found[characters[at : at + size]] = tuple(spelled)
    return found


@lru_cache(maxsize=1)
def _korean_families() -> dict[str, tuple[str, ...]]:
    groups = (group.split() for group in _KOREAN_FAMILIES.replace("\n", " ").split(";"))
    return {syllable: tuple(spelled) for syllable, *spelled in groups}


def korean_spellings(syllable: str) -> tuple[str, ...]:
    """How a Korean family name is spelled that is no simple reading of its syllable."""
    return _korean_families().get(syllable, ())


@lru_cache(maxsize=1)
def _learned() -> dict[tuple[int, str], tuple[str, ...]]:
    file = resources.files("concord_screening.engine.models").joinpath(_FILE)
    if not file.is_file():
        return {}  # training makes the file, and reads names before it is there
    lines = gzip.decompress(file.read_bytes()).decode("ascii").splitlines()
    rows = (line.split("\t") for line in lines)
    return {(int(row[0]), row[1]): tuple(row[2:]) for row in rows}


# Tenths of a nat: what no table of names holds is as rare as this.
UNKNOWN_RARE = 125
NO_TABLE_RARE = 90


@lru_cache(maxsize=1)
def _rarities() -> tuple[dict[tuple[int, str], int], frozenset[int]]:
    file = resources.files("concord_screening.engine.models").joinpath(_COMMON)
    if not file.is_file():
        return {}, frozenset()
    found: dict[tuple[int, str], int] = {}
    for line in gzip.decompress(file.read_bytes()).decode("ascii").splitlines():
        channel, rarity, words = line.split("\t")
        found |= {(int(channel), word): int(rarity) for word in words.split(" ")}
    return found, frozenset(channel for channel, _ in found)


def rarity(channel: int, symbols: str) -> int:
    """How rare a part is among names in general: minus the logarithm of its share, in tenths."""
    table, channels = _rarities()
    return table.get((int(channel), symbols), UNKNOWN_RARE if int(channel) in channels else NO_TABLE_RARE)


@lru_cache(maxsize=1)
def _western() -> frozenset[str]:
    file = resources.files("concord_screening.engine.models").joinpath(WESTERN)
    return frozenset(file.read_text("ascii").split()) if file.is_file() else frozenset()


def is_western(latin: str) -> bool:
    """Whether a Latin part is a given name of the West, as many Chinese bear beside their Chinese one."""
    return latin in _western()


def forget() -> None:
    """Reads the files anew at the next look: training writes them."""
    _learned.cache_clear()
    _rarities.cache_clear()
    _western.cache_clear()


def latin_of(channel: int, symbols: str) -> tuple[str, ...]:
    """Further Latin spellings of a word: the full forms of a short Latin name, or what a word stands for."""
    if channel == 0:
        return _short_forms().get(symbols, ())
    known = _learned().get((channel, symbols), ())
    return known + tuple(name for short in known for name in _short_forms().get(short, ()))


def family_spellings(characters: str) -> tuple[str, ...]:
    """How a Chinese family name is spelled by those who speak neither Mandarin nor Hong Kong's Cantonese."""
    return _families().get(characters, ())
