from __future__ import annotations

import pytest

from vssflow_studio.script.normalise import spoken

SAID = """
Henry VIII => Henry the eighth
Charles I. => Charles the first.
Mary I love you => Mary I love you
Rocky IV => Rocky four
World War II => World War two
Chapter IX => Chapter nine
Act V => Act five
Malcolm X => Malcolm X
2024-05-12 => May twelfth twenty twenty four
12/25/2024 => December twenty fifth twenty twenty four
25/12/2024 => December twenty fifth twenty twenty four
12 May 2024 => the twelfth of May twenty twenty four
the 12th of May => the twelfth of May
on the 4th of July => on the fourth of July
May 12, 2024 => May twelfth, twenty twenty four
May 12 => May twelfth
Jan. 5 => January fifth
In May 2024 => In May twenty twenty four
I may 5 => I may five
9/11 => nine eleven
24/7 => twenty four seven
3/4 => three quarters
1 1/2 => one and a half
2½ miles => two and a half miles
and/or => and/or
w/o you => without you
w/ you => with you
2 * 3 => two times three
2 x 4 => two by four
5:00 PM => five P M
5:30 => five thirty
17:00 => seventeen hundred
0600 hours => oh six hundred hours
5pm => five P M
9 a.m. => nine Ay M.
10:05:30 => ten oh five thirty
call 555-0123 => call five five five, zero one two three
(212) 555-0123 => two one two, five five five, zero one two three
+44 20 7946 0958 => plus four four, two zero, seven nine four six, zero nine five eight
1-800-555-0199 => one, eight zero zero, five five five, zero one nine nine
$3.50 => three dollars and fifty cents
£5m => five million pounds
$2bn => two billion dollars
a $20 bill => a twenty dollar bill
a $1.5 million house => a one point five million dollar house
$0.99 => ninety nine cents
50p => fifty pence
99¢ => ninety nine cents
3-5 minutes => three to five minutes
3–5 => three to five
won 3-2 => won three two
1914–18 => nineteen fourteen to eighteen
1914-1918 => nineteen fourteen to nineteen eighteen
6'2" => six foot two
5'10 => five foot ten
60 mph => sixty miles per hour
120 km/h => one hundred and twenty kilometres per hour
10kg => ten kilograms
a 9mm => a nine millimetre
35mm film => thirty five millimetre film
20°C => twenty degrees Celsius
90° => ninety degrees
-5°C => minus five degrees Celsius
1 km => one kilometre
50% => fifty percent
0.5 % => zero point five percent
.5 => point five
2.0.1 => two point zero point one
1080p => ten eighty P
MP3 => MP three
R2-D2 => R two-D two
Room 237 => Room two thirty seven
Flight 1549 => Flight fifteen forty nine
'90s => nineties
her 20s => her twenties
the 1900s => the nineteen hundreds
1905 => nineteen oh five
back in '69 => back in sixty nine
Class of '05 => Class of oh five
bob@example.com => bob at example dot com
www.example.com => W W W dot example dot com
#MeToo => hashtag Me Too
#5 => number five
Nos. 3 and 4 => numbers three and four
John F. Kennedy => John F Kennedy
J. Smith => J Smith
So did I. Come on => So did I. Come on
U.S. Army => U S Army
Dr. No => doctor No
Dr Strange => doctor Strange
Mulholland Dr. => Mulholland drive
on Main St. => on Main street
St. Louis => saint Louis
10 Downing St, London => ten Downing street, London
e.g. this => for example this
Ph.D. => P H D
vs. them => versus them
2 + 2 = 4 => two plus two equals four
A&E => Ay and E
$100,000 => one hundred thousand dollars
1,234.5 => one thousand two hundred and thirty four point five
100000 => one hundred thousand
5550123 => five five five zero one two three
1000000 => one million
007 => zero zero seven
911 => nine one one
12.5.2024 => December fifth twenty twenty four
a 5-year-old => a five-year-old
10-year => ten-year
7 billion => seven billion
T-1000 => T-one thousand
4x4 => four by four
the 3rd => the third
10 Main St. => ten Main street
Smith & Co. => Smith and company
-$5 => minus five dollars
Q&A => Q and Ay
Plan A failed => Plan Ay failed
500 AD => five hundred Ay D
10:05 AM => ten oh five Ay M
Apt. 5 => apartment five
That's apt. => That's apt.
half past 5 => half past five
1,000th => one thousandth
in the 21st century => in the twenty first century
It was 5.30pm => It was five thirty P M
3D => three D
4K => four K
J.R.R. Tolkien => J R R Tolkien
J. R. R. Tolkien => J R R Tolkien
George R. R. Martin => George R R Martin
the FBI => the FBI
3.5% => three point five percent
10% of 50 => ten percent of fifty
$5k => five thousand dollars
£1.2bn => one point two billion pounds
€20 => twenty euros
¥500 => five hundred yen
£1 => one pound
2/3 => two thirds
5 ft => five feet
1 ft => one foot
5 lbs => five pounds
8 GB => eight gigabytes
5m => five metres
50-50 => fifty fifty
7-Eleven => seven-Eleven
9-to-5 => nine-to-five
3 to 1 => three to one
20-20 => twenty twenty
a 10-minute break => a ten-minute break
1/2 mile => one half mile
Rocky II => Rocky two
Mr & Mrs Smith => mister and missus Smith
No. 10 => number ten
No, 5 => No, five
#1 => number one
@home => at home
it's 50/50 => it's fifty fifty
16/9 => sixteen nine
8/10 => eight out of ten
Louis XIV => Louis the fourteenth
King George III => King George the third
Act III, scene 2 => Act three, scene two
Super Bowl LVIII => Super Bowl fifty eight
iPhone 15 => iPhone fifteen
MI5 => MI five
CSI => CSI
the I.R.S. => the I R S
I'm 5 => I'm five
22 March => the twenty second of March
the 1st of April 1999 => the first of April nineteen ninety nine
Dec. 25, 1990 => December twenty fifth, nineteen ninety
Sept 11 => September eleventh
2001: A Space Odyssey => two thousand and one: A Space Odyssey
10,000 => ten thousand
Area 51 => Area fifty one
Route 66 => Route sixty six
12-15 => twelve to fifteen
1,500-2,000 => one thousand five hundred to two thousand
-3 => minus three
0.25 => zero point two five
100th => one hundredth
$1,234.56 => one thousand two hundred and thirty four dollars and fifty six cents
4:05 => four oh five
12:00 => twelve o'clock
00:00 => midnight
It's 5:30. => It's five thirty.
at 5:00 sharp => at five o'clock sharp
10:05 PM => ten oh five P M
Come at 9 a.m. => Come at nine Ay M.
I owe $3.50! => I owe three dollars and fifty cents!
$1 or £1.01 => one dollar or one pound and one penny
$1,000,000 => one million dollars
in 1984 => in nineteen eighty four
the 1990s => the nineteen nineties
1,984 men => one thousand nine hundred and eighty four men
the 21st => the twenty first
-5 degrees => minus five degrees
3.14 => three point one four
call 911 => call nine one one
agent 007 => agent zero zero seven
50% off => fifty percent off
No. 5 => number five
MR. SMITH => mister SMITH
No. No! => No. No!
etc. => et cetera
the US is big => the U S is big
LET US GO AT 5:30 => LET US GO AT five thirty
the QZX => the Q Z X
A.I. => Ay I
Sgt. Pepper => sergeant Pepper
Det. Somerset => detective Somerset
Gen. Patton => general Patton
Mt. Everest => mount Everest
Ft. Worth => fort Worth
Lt. Dan => lieutenant Dan
Capt. Kirk => captain Kirk
Rev. Green => reverend Green
vol. 2 => volume two
pp. 5 => pages five
5th Ave. => fifth avenue
Wall St. => Wall street
Warner Bros. => Warner brothers
i.e. now => that is now
AT&T => Ay T and T
rock & roll => rock and roll
$1 million => one million dollars
£50 => fifty pounds
€1.50 => one euro and fifty cents
$19.99 => nineteen dollars and ninety nine cents
£0.50 => fifty pence
3 1/2 hours => three and a half hours
99.9% => ninety nine point nine percent
1/3 => one third
7/8 => seven eighths
5–10% => five to ten percent
in 1066 => in ten sixty six
in 2005 => in two thousand and five
"""
CASES = [tuple(row.split(" => ")) for row in SAID.strip().splitlines()]


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 120 and len(dict(CASES)) == len(CASES)


@pytest.mark.parametrize(("text", "said"), CASES)
def test_it_is_said_as_an_editor_would(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize("text", [text for text, _ in CASES])
def test_nothing_is_left_that_is_no_word(text: str) -> None:
    left = [c for c in spoken(text) if not (c.isalpha() or c in " .,!?:;'-/")]
    assert not left or text == "f**k"


def test_capitals_mean_nothing_in_a_shouted_line() -> None:
    assert spoken("LET US GO") == "LET US GO"
    assert spoken("US", shouted=True) == "US"
    assert spoken("US", shouted=False) == "U S"


def test_words_of_the_users_own_are_not_spelt() -> None:
    assert spoken("the QZX") == "the Q Z X"
    assert spoken("the QZX", known={"qzx": ("K", "W", "IH1", "Z")}) == "the QZX"
