"""Boilerplate knows the lines of a news page that are not news: menus, buttons, forms, notices.

It judges one line at a time, and only lines that say nothing else; a sentence is never one.
"""

import re

# Whole lines, as they read in lower case without marks at their ends.
_BUTTONS = frozenset(
    line.strip()
    for line in """
    share|share this|share this article|share this story|share article|share on facebook
    share on twitter|share on x|share on whatsapp|share via email|share on linkedin
    share on telegram|facebook|twitter|whatsapp|telegram|linkedin|instagram|youtube|pinterest
    reddit|messenger|rss|tweet|copy link|copy url|copied|link copied|email|e-mail|send|print
    print this page|print this article|print article|printable version|save|save article|bookmark
    bookmark this|listen|listen to this article|listen to article|text size|font size|a+ a-|a- a+
    a a a|short link|permalink|send to friend|email this article|send by email|download
    download pdf|pdf|zoom|play|play video|watch live|live tv|load more|show more|show less
    see more|view more|view all|see all|more|next|previous|prev|back|back to top|top|close|cancel
    ok|accept|accept all|accept cookies|accept all cookies|reject all|manage cookies
    cookie settings|cookie policy|manage preferences|privacy|privacy policy|privacy notice|terms
    terms of use|terms of service|terms and conditions|contact|contact us|about|about us|advertise
    advertise with us|careers|help|faq|sitemap|site map|newsletters|newsletter|subscribe
    subscribe now|subscribe today|sign up|sign up now|sign in|log in|login|log out|register
    join now|my account|donate|menu|search|home|homepage|skip to content|skip to main content
    skip to navigation|toggle navigation|main menu|navigation|breadcrumb|advertisement
    advertisements|advertising|advertisment|ad|ads|sponsored|sponsored content|promoted
    promoted content|paid content|story continues below advertisement
    article continues below advertisement|scroll to continue|continue reading
    continue reading below|continue reading the main story|read more|read the full story
    read full article|related|related news|related articles|related stories|related content
    related topics|related posts|related links|more on this story|more on this topic|more stories
    more news|more from this section|most read|most popular|most viewed|trending|trending now
    recommended|recommended for you|recommended stories|you may also like|you might also like
    don't miss|editor's picks|editors' picks|editor’s picks|latest news|top stories|top news
    popular|popular news|see also|read also|also read|also see|follow us|follow us on
    follow us on social media|comments|comment|your comment|your comments|leave a comment
    leave a reply|leave comment|add a comment|add comment|post a comment|post comment
    write a comment|send comment|submit comment|no comments|no comments yet
    be the first to comment|join the conversation|view comments|show comments|hide comments
    your name|your email|your e-mail|name|submit|captcha|security code|tags|tag|topics|keywords
    labels|categories|category|advertisement - scroll to continue|read in app|open in app
    get the app|download our app|photo|photos|video|videos|gallery|photo gallery|file photo|image
    slideshow|loading|loading...|please wait|exclusive offer|try it free|start free trial
    gift this article|give this article|compartir|imprimir|publicidad|leer más|lea también
    comentarios|suscríbete|suscribirse|iniciar sesión|noticias relacionadas|partager|imprimer
    publicité|lire aussi|lire la suite|commentaires|s'abonner|se connecter|à lire aussi
    articles liés|teilen|drucken|anzeige|werbung|weiterlesen|lesen sie auch|mehr zum thema
    kommentare|anmelden|abonnieren|newsletter abonnieren|condividi|stampa|pubblicità|leggi anche
    leggi tutto|commenti|abbonati|accedi|compartilhar|publicidade|leia também|leia mais|поделиться
    распечатать|реклама|читайте также|читать далее|комментарии|подписаться|войти|теги|главная
    новости по теме|اشتراک گذاری|چاپ|نظر شما|نظرات|ارسال نظر|اخبار مرتبط|خبرهای مرتبط|برچسب‌ها
    تبلیغات|خانه|بیشتر بخوانید|لینک کوتاه|مشاركة|طباعة|إعلان|اقرأ أيضا|اقرأ المزيد
    التعليقات
    الرئيسية|paylaş|yazdır|reklam|ilgili haberler|yorumlar|ana sayfa
    分享|打印|广告|相关新闻|相关阅读|阅读更多|评论
    责任编辑|シェア|印刷|関連記事|広告|поделиться в соцсетях
    """.replace("\n", "|").split("|")
    if line.strip()
)
# Beginnings after which the rest of the line belongs to the page, not to the news.
_LABELS = re.compile(
    r"""(?:
      (?:read|see|watch|learn|discover|find\ out)\ (?:more|also|next
        |the\ full\ story)\s*(?:[:|»>→]|\bat\b\s*:)
    | (?:also\ (?:read|see|watch)|more\ on\ this|related(?:\ (?:news|articles?|stor(?:y|ies)
        |posts?|topics?|links?|coverage|content))?
      |recommended(?:\ for\ you)?|don['’]t\ miss|you\ (?:may|might)\ also\ like|most\ read
        |trending)\s*:
    | (?:tags?|key\s?words|topics|labels|filed\ under|categor(?:y|ies)|hashtags|short\ (?:link
        |url)|permalink|link)\s*:
    | (?:share|tweet|print|email)\s*(?:this\b|via\b|:|\||on\ (?:facebook|twitter|x\b|whatsapp
        |telegram|linkedin|social))
    | follow\ us\b | (?:like|join|find)\ us\ on\b
    | source(?:\ link)?s?\s*:
    | (?:views?|visits?|hits|shares|comments?|page\ views|reads)\s*[:(]?\s*\d[\d.,k]*\s*\)?\s*$
    | \d[\d.,]*\s*k?\s*(?:views?|shares?|comments?|likes?|reads)\s*$
    | (?:reading\ time|read\ time|time\ to\ read)\s*[:\d(-]
        | (?:estimated\ )?\d+\s*[- ]?\s*min(?:ute)?s?\.?\s*(?:read|de\ lectura|de\ lecture
        |lesezeit)\b
    | \d+\s+(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)\s+ago\s*$
    | (?:photo(?:graph|graphs|s)?|image|picture|pic|photo\ credits?|image\ credits?|credits?
        |illustration|foto|bild|fotos|crédito)\s*(?:by\b|:|/|©|\(c\)|courtesy).{0,50}$
    | (?:file\ photo|caption)\s*[:.(] | \[?(?:photo|image|file\ photo)[^\]]{0,60}\]\s*$
    | (?:©|\(c\)\s|copyright\s*(?:©|\(c\)|\d{4}|:|by\b)|all\ rights\ reserved\b
        |reproduction\ (?:of|in)\b.*prohibited)
    | (?:you\ are\ replying\ to|reply\ to|in\ reply\ to|leave\ a\ (?:comment|reply)
        |your\ (?:e-?mail|name|comment)\b.*[:*]|your\ email\ address\ will\ not)
    | (?:sign|log)\s?(?:up|in)\ (?:for|to|with|here)\b | subscribe\ (?:to|now|today|here
        |for)\b | (?:get|receive)\ (?:our|the)\ .{0,40}newsletter
    | (?:we|this\ (?:site|website|page))\ uses?\ cookies | by\ (?:continuing|clicking
        |using)\b.*\b(?:agree|cookies|consent|accept)
    | (?:click|tap|press)\ here\b | (?:download|get)\ (?:our|the)\ (?:.{0,20}\ )?app\b
    | (?:please\ )?(?:enable|turn\ on)\ javascript | (?:your\ browser\ does\ not)
        | this\ video\ (?:can\ ?not|is\ not|file)
    | (?:lea|leer|lee)\ (?:también|más)\s*: | (?:lire|à\ lire|voir)\ aussi\s*: | (?:lesen\ sie
        |mehr)\ (?:auch|dazu|zum\ thema)\s*:
    | leggi\ anche\s*: | leia\ (?:também|mais)\s*: | читайте\ также\s*: | теги\s*:
        | источник\s*: | фото\s*: | quelle\s*: | fuente\s*: | fonte\s*:
    | etiquetas\s*: | schlagw[oö]rter\s*: | mots[- ]clés\s*: | کد\ خبر\s+مرتبط
        | برچسب[‌\ ]?ها\s*: | منبع\s*: | بیشتر\ بخوانید\s*: | عکس\s*: | المصدر\s*:
        | اقرأ\ أيضا\s*:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# A credit under a picture: "Name/AFP/Getty Images", "(AP Photo/Name)", "Getty Images".
_CREDIT = re.compile(
    r"""^\W*(?:
      (?:[^\W\d][\w'’-]*\.?(?:\ [\w.'’-]+){0,3}/)(?:[\w.'’\- ]{2,50}/)*
        \s*(?:AFP|AP|EPA|EFE|DPA|ANSA|TASS|Reuters|Getty(?:\ Images)?
        |Shutterstock|Bloomberg|Xinhua|Anadolu|NurPhoto|Pool|Files?)(?:[ /][\w ]{2,30})*
    | (?:AP|AFP|EPA|Reuters|Getty)\ (?:Photo|Images?)(?:/[\w.'’\- ]{2,50})*(?:,\ File)?
    | (?:Getty\ Images|Shutterstock|iStock|Unsplash|Alamy)(?:[ /][\w ]{2,30})?
    | (?:Photo|Image|Picture|File\ photo)s?(?:\ (?:by|courtesy(?:\ of)?|credit
        |from))\ [\w.,'’/\- ]{2,60}
    )\W*$""",
    re.VERBOSE,
)
_SITE = re.compile(
    r"^[\W_]*(?:https?://\S+|www\.[a-z0-9.-]+\.[a-z]{2,13}(?:/\S*)?"
    r"|(?:[a-z0-9-]{2,}\.)+(?:com|org|net|info|news|press|media|online|[a-z]{2})(?:/\S*)?)[\W_]*$",
    re.IGNORECASE,
)
_NOT_HOSTS = re.compile(r"\.(?:jpe?g|png|gif|pdf|html?|txt|mp[34]|docx?|php)$", re.IGNORECASE)
_SECTIONS = """
    home|news|world|politics|sport|sports|business|economy|economics|finance|markets|opinion
    opinions|culture|arts|art|video|videos|photo|photos|multimedia|contact|contact us|about
    about us|login|log in|sign in|register|search|menu|subscribe|live|live tv|lifestyle|life
    health|science|science & technology|sci-tech|tech|technology|travel|society|international
    national|local|regional|middle east|europe|asia|africa|americas|us|u.s.|uk|interviews
    interview|analysis|editorial|editorials|columns|features|more|weather|entertainment|education
    environment|climate|religion|iran|domestic|nuclear|archive|rss|podcasts|podcast|radio|tv
    magazine|newsletter|newsletters|latest|latest news|breaking news|top stories|all news|services
    provinces|photo gallery|gallery|cartoon|infographic|infographics|e-paper|inicio|mundo|política
    economía|deportes|cultura|opinión|accueil|monde|politique|économie|culture|startseite|politik
    wirtschaft|kultur|panorama|sport|главная|политика|экономика|общество|культура|спорт|мир
    новости|خانه|سیاسی|اقتصادی|فرهنگی|ورزشی|بین‌الملل|اجتماعی|الرئيسية|سياسة|اقتصاد|رياضة|english
    français|русский|العربية|فارسی|español
"""
_MENU_WORDS = frozenset(word.strip() for word in _SECTIONS.replace("\n", "|").split("|"))
_SEPARATORS = re.compile(r"\s*[|>›»·•/→]\s*|\s{3,}|\t+")
_CLOSERS = "\"'”’»)] "
_ENDS_OF_SENTENCES = frozenset(".!?؟。！？…")
_LONGEST = 160
_MARKS = " \t*_#>|·•»›→«:.…!-–—[]()⁠\u200b\u200e\u200f\ufeff"

COMMENT_FORM = re.compile(
    r"^\W*(?:your comments?|leave a (?:comment|reply)"
    r"|(?:add|post|write|send|submit)(?: a| your)? comment|comments?(?: \(\d+\))?|\d+ comments?"
    r"|you are replying to\b.*|نظر شما|ارسال نظر|комментарии"
    r"|kommentare|comentarios|commentaires)\W*$",
    re.IGNORECASE,
)
RELATED = re.compile(
    r"^\W*(?:related(?: \w+)?|read (?:also|more)|also read|see also|most (?:read|popular|viewed)"
    r"|recommended(?: \w+){0,2}|more (?:stories|news|on this (?:story|topic))|trending(?: now)?"
    r"|you (?:may|might) also like|top stories|latest news|(?:editor['’]s|editors['’]) picks"
    r"|اخبار مرتبط|خبرهای مرتبط|читайте также|mehr zum thema"
    r"|noticias relacionadas|à lire aussi)\W*$",
    re.IGNORECASE,
)


def bare(line: str) -> str:
    """The line in lower case without the marks and blanks around its words."""
    return " ".join(line.strip(_MARKS).split()).casefold()


def is_sentence(line: str) -> bool:
    """Whether the line reads as news: many words, or several and an end as sentences have it."""
    words = len(line.split())
    return words >= 30 or (words >= 5 and line.rstrip(_CLOSERS)[-1:] in _ENDS_OF_SENTENCES)


def is_rule(line: str) -> bool:
    """Whether nothing but marks is in the line: `---`, `* * *`, `|`."""
    return not any(character.isalnum() for character in line)


def site_host(line: str) -> str | None:
    """The host where the whole line is the address of a site or page, else None."""
    if not _SITE.match(line):
        return None
    address = line.strip(_MARKS + "/")
    host = re.sub(r"^https?://", "", address, flags=re.IGNORECASE).split("/")[0]
    return None if _NOT_HOSTS.search(host) else host.lower()


def is_menu(line: str) -> bool:
    """Whether the line is a bar of sections or a trail of them: `Home | World | Europe`."""
    parts = [bare(part) for part in _SEPARATORS.split(line) if part.strip()]
    known = sum(part in _MENU_WORDS for part in parts)
    return len(parts) >= 2 and known >= max(2, len(parts) // 3) and not is_sentence(line)


def is_menu_word(line: str) -> bool:
    """Whether the line is the name of a section, as menus have one a line."""
    return bare(line) in _MENU_WORDS


def is_furniture(line: str) -> bool:
    """Whether the line belongs to the page and says nothing of the news."""
    if is_rule(line) or bare(line) in _BUTTONS:
        return True
    if len(line) > _LONGEST:
        return False
    if _LABELS.match(line.strip(_MARKS)) and _may_go(line):
        return True
    return bool(_CREDIT.match(line)) or site_host(line) is not None or is_menu(line)


def _may_go(line: str) -> bool:
    """A label with a whole story behind it might be news after all; a short one is not."""
    return len(line) <= 100 or not is_sentence(line)
