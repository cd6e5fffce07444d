"""How Chinese characters of names are spelled by speakers of Hokkien and Teochew, and by Koreans.

No library ships these; they are the usual spellings of the characters most seen in given names.
"""

from __future__ import annotations


def _table(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in text.replace("\n", " ").split(";"):
        if group.strip():
            characters, *spelled = group.split()
            for character in characters:
                found.setdefault(character, tuple(spelled))
    return found


HOKKIEN = _table(
    """
    德 teck tek; 福 hock; 财財 chai chye; 安 ann an; 和 ho hoe; 兴興 heng hin; 龙龍 leong leng; 昌 cheong chang;
    英 eng yin; 华華 hwa wah hua; 春 choon; 水 swee chwee; 瑞 swee soo; 贤賢 hian hien; 祥 siang seong; 吉 kiat keat;
    杰傑 kiat keat; 光 kong kwang; 来來 lai; 良 leong liang; 木 bok; 平 peng ping; 清 cheng chin; 仁 jin yin;
    荣榮 eng weng; 顺順 soon; 泰 tai thai; 天 tian thien; 添 thiam tiam; 炳 peng ping; 永 eng yong; 源 guan goan;
    振 chin tin; 忠 tiong chong; 强強 keong kiong; 辉輝 hui fai; 国國 kok; 伟偉 wee wai; 文 boon mun; 明 beng meng;
    成 seng; 金 kim; 生 seng sen; 志 chee; 智 tee chi; 隆 leong loong; 南 lam nam; 山 san suan; 海 hai; 川 chuan;
    保 poh po; 宝寶 poh po; 美 bee mei; 丽麗 lee lai; 玉 geok gek; 珠 choo chu; 花 hua hwa; 月 guat gwek;
    香 heong hiang;
    秀 siew siu; 珍 tin chin; 兰蘭 lan; 梅 bwee mui; 莲蓮 lian lin; 芳 hong fong; 云雲 hoon wan; 雪 swat suat;
    淑 siok sook;
    惠 hui huay; 慧 hui wai; 爱愛 ai oi; 碧 phaik pik; 彩 chai choy; 凤鳳 hong foong; 玲 ling leng; 莉 lee li;
    娟 kuan kuen;
    建 kian kien; 健 kian kin; 立 lip lap; 义義 gee nghee; 礼禮 lay lye; 信 sin; 勇 yong eng; 武 boo bu; 俊 choon jun;
    豪 hao ho; 雄 hiong heung; 发發 huat fatt; 利 lee lai; 丰豐 hong foong; 富 foo hoo; 贵貴 kwee kui;
    万萬 ban man; 千 chian chin;
    元 guan goan; 正 cheng chia; 新 sin; 进進 chin; 达達 tat; 通 thong tong; 运運 woon; 祖 choo chor; 宗 chong;
    宏 hong; 鸿鴻 hong;
    汉漢 han hon; 唐 tong; 廷 teng ting; 庭 teng ting; 亭 teng; 升昇 seng sing; 星 seng sing; 东東 tong tang;
    西 sai; 北 pak;
    中 tiong chung; 景 keng king; 敬 keng king; 庆慶 keng khing; 康 kang khang; 宁寧 leng ning;
    静靜 cheng chin; 诗詩 see si;
    书書 su shu; 学學 hak hock; 思 soo ser; 恩 yin eng; 佳 kah kar; 家 kar ka; 嘉 kah kar; 伦倫 loon lun;
    俭儉 kiam khiam; 谦謙 kiam khiam;
    诚誠 seng; 升 seng; 胜勝 seng sing; 深 chim sim; 松 siong; 柏 pek; 树樹 shu su; 森 sim sum; 林 lim lam;
    炎 yam iam; 火 huay fo;
    土 thor; 地 tee; 坤 khoon kun; 乾 kian; 福 hock; 禄祿 lok; 寿壽 siew siu; 喜 hee hei; 乐樂 lok; 亮 leong;
    朗 long; 聪聰 chong;
    敏 bin min; 锐銳 swee; 锋鋒 hong; 钢鋼 kong; 铭銘 beng ming; 鑫 him; 银銀 gin; 钦欽 khim him;
    锡錫 siak sek; 镇鎮 tin; 长長 teng cheong;
    民 bin min; 人 jin; 子 choo chu; 孙孫 soon; 儿兒 jee; 君 koon kun; 臣 sin; 王 ong; 士 soo su; 才 chai choy;
    能 leng neng; 友 yew you;
    全 chuan choon; 克 kek khek; 坚堅 kian keen; 毅 gee ngai; 贞貞 cheng; 真 chin; 善 sian sin; 益 yik ek;
    济濟 chay; 世 say sai; 代 tai;
    传傳 thuan; 继繼 kay; 承 seng; 绍紹 siew siu; 训訓 hoon; 勋勳 hoon; 功 kong; 业業 giap; 基 kee ki;
    本 poon pun; 根 kin kun;
    枝 kee; 叶葉 yap; 华 hwa wah; 芝 chee; 雅 gar nga; 雯 boon man; 颖穎 eng; 燕 yan yen; 莺鶯 eng; 鹏鵬 phang;
    飞飛 hooi fei; 虎 hoh foo;
    兆 siew chiu; 材 chai chye; 卿 keng king; 麟 lin lun; 毓育 yoke yuk; 琴 khim kim; 自 chee jee; 耀 yew yeow;
    显顯 hian hin; 维維 wei wai; 权權 kuan khuan; 铨銓 chuan; 章 cheong chiong;
    展 chian tian; 鸣鳴 beng ming; 政 cheng ching; 治 tee chi;
    扬揚洋阳陽 yong yeong; 煌 hong wong; 焕煥 huan foon; 桂 kwee kooi; 培 poey pui; 伯 pek pak; 佑 yew; 修 siew siu;
    儒如 joo yee; 先 sian sin; 再 chai; 冠 kuan koon; 凯凱 kai hoi; 初 chor; 力 lek lik; 助 chor; 勤 khin kan;
    协協 hiap; 卓 toh cheuk; 厚 hoh hou; 可 kho ho; 同 tong; 名 beng ming; 向 hiong heong; 启啟 khee kai; 品 phin pan;
    哲 tiat chit; 城 seng; 堂 tong tng; 声聲 seng; 大 tai tua; 太 thai tai; 夫 hoo fu; 奇 kee kei; 妙 miau miew;
    姗姍 san; 娇嬌 kiau kew; 娘 neo neoh; 婉 wan oan; 婷 teng ting; 守 siew siu; 宇羽 yu joo; 定 teng ting; 宣 suan;
    容蓉 yong; 尚 siang seong; 小少 siew siu; 尧堯 yew yiu; 崇 chong; 洲 chew chiu; 希 hee hei; 常 siong seong;
    年 nian nin; 幸 heng hang; 应應 eng ying; 开開 khai hoi; 弘 hong; 彦彥 gan yin; 得 teck tuck; 心 sim sum;
    怀懷 huai wai; 怡 yee ee; 恒恆 heng hang; 恭 keong kiong; 悦悅 yuet yuat; 意 ee yee; 慈 choo chi; 捷 chiat chit;
    斌 pin bin; 旭 hiok yuk; 旺 ong wong; 昆 khoon kwan; 映 eng ying; 昭 chiau chiew; 晋晉 chin chun; 晓曉 siew hiau;
    晨 sin san; 曼 man; 望 bong mong; 朝潮 teow chiu; 标標 piow piew; 栋棟 tong tung; 棋 kee kei; 楚 chor cho;
    沛 poey pui; 泉 chuan chuen; 法 huat fatt; 波 poh po; 泽澤 tek chak; 洁潔 kiat kit; 浩 hoh ho; 涛濤 tow to;
    润潤 joon yoon; 涵 ham; 满滿 mua moon; 澄 teng ching; 灵靈 leng ling; 烈 liat lit; 照 chiew chiu; 熙 hee hei;
    献獻 hian hin; 球 kiu kew; 琪 kee kei; 琳霖 lim lam; 琼瓊 keng king; 瑜 joo yu; 瑶瑤 yeow yiu; 璋 cheong;
    田 tian tin; 登 teng tang; 盛 seng sing; 相 siang seong; 睿 swee yui; 秉 peng ping; 秋 chew chau; 程 theng ching;
    竹 tek chuk; 群 koon kwan; 翔 siang cheong; 翠 chui chooi; 翰 han hon; 联聯 lian luen; 肇 siew siu; 腾騰 theng tang;
    舜 soon; 艳艷 yam yim; 芬 hoon fun; 茂 bo mow; 菁青 cheng ching; 菊 kiok kuk; 菲 hui fei; 萍 pheng ping;
    薇 mei mui; 裕 joo yee; 超 chiow chiu; 逸 yik yat; 远遠 wan yuen; 道 toh to; 邦 pang pong; 钧鈞 kwan;
    锦錦 kim kam; 霞 hia ha; 音 im yam; 风風 hong foong; 馨 heng hing; 骏駿 choon chun; 鼎 teng ting; 齐齊 chay chai;
    """
)

KOREAN_FAMILIES = _table(
    """
    金 kim gim; 李 ri lee yi; 朴 pak park; 崔 choe choi; 鄭 chong jung; 姜 kang; 趙 cho jo; 尹 yun yoon;
    張 chang jang;
    林 rim lim im; 韓 han; 吳吴 o oh; 徐 so seo; 申 sin shin; 權 kwon; 黃 hwang; 安 an ahn; 宋 song; 柳 ryu yu;
    洪 hong;
    全 chon jeon; 高 ko go; 文 mun moon; 孫 son; 梁 ryang yang; 裵 pae bae; 白 paek baek; 許 ho heo; 劉 yu yoo;
    南 nam;
    沈 sim shim; 盧 ro no roh; 河 ha; 丁 chong jung; 郭 kwak; 成 song sung; 車 cha; 朱 chu joo; 禹 u woo; 具 ku koo;
    任 im lim; 田 chon jeon; 閔 min; 羅 ra na; 池 chi ji; 嚴 om eom; 元 won; 千 chon cheon; 方 pang bang; 康 kang;
    玄 hyon hyun; 咸 ham; 卞 pyon byun; 廉 ryom yeom; 呂 ryo yeo; 秋 chu choo; 都 to do; 蘇 so; 石 sok seok;
    桂 kye; 延 yon yeon;
    """
)

KOREAN = _table(
    """
    英 yong young; 永 yong young; 成 song sung; 正 chong jung; 日 il; 哲 chol chul; 浩 ho; 洙 su soo; 南 nam;
    敬 kyong kyung;
    姬 hui hee; 柱 chu ju; 完 wan; 玉 ok; 順 sun soon; 明 myong myung; 國 kuk guk; 光 kwang gwang;
    龍 yong ryong; 虎 ho; 相 sang;
    基 ki gi; 東 tong dong; 鎮 chin jin; 赫 hyok hyuk; 能 nung neung; 康 kang; 乙 ul eul; 雪 sol seol;
    恩 un eun; 銀 un eun; 大 tae dae;
    中 chung jung; 仲 chung jung; 泳 yong young; 泰 tae; 鐘 chong jong; 鍾 chong jong; 宗 chong jong;
    鉉 hyon hyun; 賢 hyon hyun; 奉 pong bong;
    峰 pong bong; 鳳 pong bong; 炳 pyong byung; 秉 pyong byung; 平 pyong pyung; 植 sik; 錫 sok seok;
    石 sok seok; 善 son sun; 宣 son sun;
    先 son sun; 星 song sung; 聖 song sung; 勝 sung seung; 承 sung seung; 昇 sung seung; 時 si; 信 sin shin;
    新 sin shin; 淑 suk sook; 洪 hong;
    弘 hong; 和 hwa; 華 hwa; 花 hwa; 煥 hwan; 會 hoe; 孝 hyo; 勳 hun hoon; 訓 hun hoon; 熙 hui hee; 喜 hui hee;
    仁 in; 寅 in; 一 il; 子 cha ja;
    在 chae jae; 載 chae jae; 宰 chae jae; 貞 chong jung; 廷 chong jung; 鼎 chong jung; 朝 cho jo; 祚 cho jo;
    俊 chun jun; 準 chun jun; 志 chi ji;
    智 chi ji; 芝 chi ji; 珍 chin jin; 振 chin jin; 眞 chin jin; 真 chin jin; 昌 chang; 天 chon chun; 春 chun;
    忠 chung; 萬 man; 美 mi; 民 min;
    敏 min; 文 mun moon; 武 mu moo; 範 pom bum; 福 pok bok; 富 pu bu; 三 sam; 生 saeng; 西 so seo; 世 se;
    守 su soo; 秀 su soo; 壽 su soo;
    安 an; 愛 ae; 夏 ha; 學 hak; 漢 han; 海 hae; 亨 hyong hyung; 衡 hyong hyung; 鎬 ho; 浦 po; 容 yong;
    勇 yong; 用 yong; 雲 un woon; 雄 ung woong;
    元 won; 源 won; 遠 won; 月 wol; 有 yu yoo; 裕 yu yoo; 潤 yun yoon; 允 yun yoon; 義 ui eui; 益 ik;
    利 ri lee; 來 rae; 連 ryon yeon; 烈 ryol yeol;
    林 rim lim; 根 kun geun; 金 kum geum; 吉 kil gil; 桂 kye; 景 kyong kyung; 京 kyong kyung; 慶 kyong kyung;
    九 ku goo; 求 ku koo; 權 kwon; 貴 kwi gwi;
    規 kyu gyu; 奎 kyu; 甲 kap gap; 健 kon gun; 建 kon gun; 傑 kol geol; 道 to do; 度 to do; 斗 tu doo;
    德 tok duk; 得 tuk deuk; 模 mo; 默 muk mook; 培 pae bae;
    """
)
