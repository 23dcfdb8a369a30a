"""Sentences for the speech teacher: lines like those of a film, made by a small grammar.

A third are random words of the dictionary instead, so that every phoneme is heard
beside every other. EVALUATION is never trained on, nor are the sample's lines.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_LISTS = {
    "name": "Anna Tom Mia Jack Sarah Peter Laura David Emma Michael Kate Henry Julia Frank Nora Sam Alice George Ruth Daniel Martin Clara Victor Helen Oscar Lucy Walter Grace Simon Betty".split(),
    "person": "doctor|captain|driver|teacher|farmer|neighbour|stranger|soldier|child|boss|lawyer|waiter|king|pilot|sister|brother|mother|father|uncle|guard|girl|boy|woman|man|old man|singer|baker|painter|thief|judge|nurse|sailor|hunter|friend|cousin|writer".split("|"),
    "thing": "key|letter|phone|lamp|box|bag|coat|hat|ring|knife|book|picture|camera|ticket|map|bottle|cup|glass|plate|chair|table|rope|hammer|ladder|candle|coin|mirror|radio|clock|watch|shoe|glove|blanket|pillow|basket|bucket|newspaper|suitcase|umbrella|engine|wheel|window|door|boat|horse|dog|cat|bird|stone|stick|flower|apple|cake|sandwich|coffee|machine|message|paper|password|story|song|plan|secret|question|answer|present|photograph|blue jacket|red car|broken chair|little box|golden ring|wooden spoon|paper bag|green bottle".split("|"),
    "place": "the house|the garden|the kitchen|the station|the river|the bridge|the church|the school|the office|the hospital|the harbour|the forest|the village|the city|the cellar|the attic|the museum|the market|the library|the theatre|the beach|the mountain|the hotel|the airport|the prison|the corner|the hall|the basement|the roof|the yard|the street|the bakery|the factory|the farm|the island|the tower|the old mill|the north gate|the back room|the second floor|your room|my place|our street|town|London|Paris|Boston|Chicago".split("|"),
    "adjective": "tired|happy|angry|late|early|afraid|lost|ready|alone|wrong|right|hungry|cold|warm|sick|safe|brave|busy|careful|clever|crazy|curious|quiet|dangerous|different|difficult|easy|empty|famous|free|full|funny|guilty|heavy|honest|important|jealous|kind|lazy|lucky|nervous|new|old|perfect|polite|poor|proud|rich|sad|serious|sharp|silent|simple|slow|small|smart|sorry|strange|strong|stupid|sure|terrible|thirsty|tough|useless|weak|wet|wild|wonderful|worried|young|beautiful|broken|dead|alive|gone|finished|over".split("|"),
    "verb": "find|take|bring|open|close|lose|hide|sell|buy|steal|break|fix|carry|hold|see|watch|want|need|like|love|hate|keep|leave|drop|throw|catch|burn|wash|clean|move|pull|push|touch|use|show|send|give back|pick up|put down|look for|talk about|think about|forget|remember|understand|choose|draw|paint|save|share|check|count|cover|cut|lift|order|pay for|read|write".split("|"),
    "past": "found|took|brought|opened|closed|lost|hid|sold|bought|stole|broke|fixed|carried|held|saw|watched|wanted|needed|liked|loved|hated|kept|left|dropped|threw|caught|burned|washed|cleaned|moved|pulled|pushed|touched|used|showed|sent|picked up|put down|looked for|talked about|thought about|forgot|remembered|understood|chose|drew|painted|saved|shared|checked|counted|covered|cut|lifted|ordered|paid for|wrote".split("|"),
    "go": "go|walk|run|drive|come back|go home|wait|stay|sleep|eat|work|sit|stand|fight|talk|dance|sing|swim|travel|fly|stop|start|leave|hide|listen|pray|move|jump|climb|laugh|cry|win|die|live|help|try again|hurry up|slow down|get out|get in|turn around|calm down|grow up|shut up|wake up".split("|"),
    "modal": "can|could|will|would|should|must|might|can't|couldn't|won't|wouldn't|shouldn't|have to|want to|need to|used to|had to|ought to".split("|"),
    "subject": "I|you|we|they|he|she|nobody|everybody|someone|people|my father|your mother|the police|those men|the children|her brother|his wife|our friends|that woman|this man".split("|"),
    "time": "today|tonight|tomorrow|yesterday|now|again|soon|right now|every day|this morning|last night|next week|at noon|at midnight|in an hour|in the morning|before dinner|after school|on Monday|on Friday|in winter|all day|all night|for years|for a long time|once more|two days ago|at five o'clock|by Sunday|in the end|later|never|always".split("|"),
    "number": "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred|a thousand|twenty one|thirty five|forty two|a dozen|half a million".split("|"),
    "many": "keys|letters|men|women|people|days|hours|minutes|dollars|miles|bottles|books|cars|horses|ships|soldiers|children|years|months|weeks|boxes|houses|stories|questions|reasons|chances|pictures|pages|pieces|rooms|doors|birds|stars|shoes|tickets".split("|"),
    "start": "Listen|Look|Well|Please|Hey|No|Yes|Wait|Okay|Sorry|All right|Oh|Honestly|You know|I mean|Of course|Believe me|My dear|Sir|Excuse me|Thank God|Come on now|Really|Maybe|For once".split("|"),
    "how": "quickly|slowly|carefully|quietly|together|alone|by hand|with care|without a word|in silence|at once|very well|too fast|just in time|as usual|like a fool|for nothing|by mistake|on purpose|with both hands|in the dark|in the rain|under the bed|behind the wall|beside the fire|between the trees|over the fence|near the water|above the shop|across the road|through the window|against the door|inside the box|outside the city|around the lake".split("|"),
    "wh": "what|why|how|when|where|who".split("|"),
    "say": "said|thought|told me|knew|believed|heard|promised|swore|hoped|guessed|was sure|was afraid".split("|"),
}

_SHAPES = """
{subject} {past} the {thing} {how}.
{subject} {past} my {thing} {time}.
{start}, {subject} {modal} {verb} the {thing}.
{subject} {modal} {go} {how}.
{subject} {modal} {go} {time}, {name}.
Why did {subject} {verb} the {thing}?
Where is my {thing}?
Where did you {verb} that {thing}, {name}?
Who {past} the {thing} from {place}?
What did the {person} {verb} in {place}?
When will the {person} {go}?
How many {many} do you {verb}?
How could you {verb} my {thing}?
I'm {adjective}, {name}.
You're {adjective} and you know it.
We're {adjective} {time}.
They're not {adjective} any more.
He's the {person} from {place}.
She's a {adjective} {person}.
It's {adjective} in {place}.
It's too {adjective} to {go} {time}.
That's not my {thing}, that's your {thing}.
There's a {thing} in {place}.
There are {number} {many} in {place}.
I don't {verb} that {thing}.
You don't have to {go}.
We didn't {verb} any {many}.
She doesn't {verb} the {person}.
Don't {verb} the {thing}!
Don't {go} {how}.
{go} {how}, please.
Give me the {thing} and {go}.
Take the {thing} to {place}.
Put the {thing} {how}.
Let's {go} {time}.
Let me {verb} the {thing}, {name}.
I've {past} {number} {many}.
You've got {number} {many} left.
I'll {verb} it {time}.
We'll meet at {place} {time}.
If you {verb} the {thing}, I will {go}.
When {name} {past} the {thing}, everybody was {adjective}.
The {person} {past} the {thing}, but nobody {past} the {thing}.
The {adjective} {person} {past} {number} {many}.
The {thing} is {adjective} and the {thing} is {adjective}.
Is the {thing} {adjective}?
Are you {adjective}, {name}?
Was it {adjective} {time}?
Has {name} {past} the {thing}?
Do you think the {person} is {adjective}?
Can you {verb} a {thing} {how}?
Would you {go} with me {time}?
{name} and {name} {past} a {thing} in {place}.
{name} {say} the {person} was {adjective}.
{subject} {say} that {subject} {past} it.
{number} {many}, {number} {many}, and one {thing}.
From {place} to {place} it's {number} {many}.
I was {adjective} {time}, and {name} was {adjective} too.
My {person} used to {go} near {place}.
Nothing in {place} is {adjective}.
{start}, {name}, this is {adjective}!
{start}, I never {past} that {thing}.
What a {adjective} {thing}!
As {adjective} as a {thing}.
Tell the {person} to {go} {time}.
Ask {name} {wh} {subject} {past} it.
I know {wh} {subject} {past} the {thing}.
Nobody knows {wh} the {person} was {adjective}.
""".strip().splitlines()

EVALUATION: tuple[str, ...] = (
    "The train to the coast leaves in twenty minutes.",
    "I have been waiting for you since this morning.",
    "Nobody told us that the road was closed.",
    "She put the money back where it belongs.",
    "There is something you should know about the house.",
    "We were the first people to cross the river.",
    "He never wanted to be the leader of this group.",
    "Could you turn the music down a little?",
    "My grandfather built this table with his own hands.",
    "It will be dark before they reach the top.",
    "I think the water is getting deeper.",
    "You should have called me when it started.",
    "The weather has changed since we left home.",
    "This is the last time I do you a favor.",
    "Everything we need is in the back of the car.",
    "They have been friends since the war.",
    "A strange light moved across the field.",
    "What happened to the people who lived here?",
    "I would rather walk than ride with him.",
    "The company will pay for the damage.",
    "Somebody must have left the window open.",
    "We have enough food for another week.",
    "He looked at me as if I was a ghost.",
    "Your father and I went to the same school.",
    "The report was on my desk an hour ago.",
    "Please tell the manager that we are here.",
    "It was the best day of my life.",
    "The old road goes all the way to the sea.",
    "I can hear the rain on the roof.",
    "They want to know who gave the order.",
    "She is going to be a great actress.",
    "None of this makes any sense to me.",
    "We found a small boat under the bridge.",
    "You are making a very big mistake.",
    "The power went out in the whole building.",
    "I remember every word that you said.",
    "He will be back before the end of the month.",
    "The government should do something about it.",
    "We could see the mountains from the kitchen.",
    "That was the year when everything changed.",
    "By the time the ambulance came, the bleeding had almost stopped.",
    "Half of what he tells you is invented on the spot.",
    "Not once did she mention her sister's wedding.",
    "Seldom have I tasted soup as salty as this.",
    "Unless it snows, the climbers will set off at dawn.",
    "Whoever planted these roses knew a lot about soil.",
    "Swallow the pill with plenty of milk.",
    "Having missed the ferry, they camped beside the harbor.",
    "It took three plumbers to stop that leak.",
    "The louder you shout, the less anyone listens.",
    "Neither the mayor nor the priest would comment.",
    "Were it up to me, the factory would never reopen.",
    "Only after supper did the twins confess.",
    "The violin was wrapped in an orange blanket.",
    "Mind the gap between the platform and the carriage.",
    "Some say the castle is haunted by a drummer.",
    "Our neighbor grows tomatoes, onions and pumpkins.",
    "You needn't apologize for a spilled cup of tea.",
    "The jury has reached a verdict, your honor.",
    "Rumor has it that the bank is almost bankrupt.",
    "There goes the bus we were supposed to catch.",
    "Fold the napkins before the guests arrive.",
    "The patient in bed nine complains of dizziness.",
    "Under no circumstances should this lid be lifted.",
    "A cough from the balcony startled the burglar.",
    "Judging by the tracks, it was a fox.",
    "The committee rejected both of our proposals.",
    "To be frank, the ending bored me.",
    "Stitch by stitch, she mended the torn sail.",
    "The turtle outlived three of its keepers.",
    "Is there anything fresher than mint from the garden?",
    "My uncle swears by cold showers and raw garlic.",
    "Whether they like it or not, taxes are going up.",
    "The painter stepped off the ladder and fainted.",
    "Ten minutes into the flight, the engine failed.",
    "Don't you dare scratch my new piano.",
    "The recipe calls for two spoons of honey.",
    "Every autumn the swans gather on the frozen marsh.",
    "The lieutenant saluted and marched away.",
    "It is her patience that I admire most.",
    "No sooner had the choir begun than the lights flickered.",
    "Would it kill you to smile occasionally?",
    "The thermometer dropped to minus fifteen.",
    "Several passengers were treated for minor injuries.",
    "Behind that curtain stands a magician.",
    "The invoice, which I enclose, is overdue.",
    "Rather than argue, the tailor lowered his price.",
    "Hardly a week passes without some scandal.",
    "The toddler refused to wear mittens.",
    "Given the choice, most sailors avoid that channel.",
    "A jar of pickles rolled across the deck.",
    "Try whistling the tune, and I might recognize it.",
    "The museum displays a skull of enormous size.",
    "Suppose the elevator gets stuck halfway.",
    "Copper bends easily, whereas iron resists.",
    "The widow donated her jewels to the orphanage.",
    "Somewhere upstairs a telephone was ringing.",
    "As the fog thickened, the lighthouse vanished.",
    "The goalkeeper limped toward the bench.",
    "Even the judge had trouble hiding a grin.",
)

_HELD_OUT = {
    *EVALUATION,
    "Did you hear that? Someone is at the door.",
    "It is only the ball. Come on, throw it back.",
}


def sentences(rng: random.Random, dictionary: list[str], wild: float = 0.0) -> Iterator[str]:
    """Endless sentences; `dictionary` gives the words of the random third.

    `wild` is how often one of the others has words of the dictionary in half of its places: the melody of a
    sentence, with sounds beside each other that the grammar's own words never bring together.
    """
    while True:
        if rng.random() < 1 / 3:
            words = rng.sample(dictionary, rng.randint(3, 7))
            sentence = " ".join(words).capitalize() + "."
        else:
            foreign = dictionary if wild and rng.random() < wild else []
            sentence = _filled(rng.choice(_SHAPES), rng, foreign)
        if sentence not in _HELD_OUT:
            yield sentence


def _filled(shape: str, rng: random.Random, foreign: list[str]) -> str:
    def word(match: re.Match) -> str:
        return rng.choice(foreign if foreign and rng.random() < 0.5 else _LISTS[match[1]])

    filled = re.sub(r"{(\w+)}", word, shape)
    return filled[0].upper() + filled[1:]
