// The hub of mixbridge in Live: it tells the bridge what stands in the mixer, sets what the bridge
// asks for, and is the person's panel. The contract is docs/osc.md; the wires are in the patch.
//
// Theory of operation. Everything that comes by the wire or from a button is handled at once.
// What comes from Live (a notification) only marks a strip: the pulse, a Task, reads the strip and
// says what is new, since Live forbids changes while it notifies. All intervals are counted in
// pulses, so that after an open menu, which holds everything up, nothing has timed out unheard.
//
// Which port the bridge listens at is found out: hello goes to one port after the other, a second
// apart, and a welcome means the port that was asked last. From then on hello goes to that port
// alone, and a bridge that does not welcome it any more is looked for anew.
//
// ES5, one js object, one udpreceive. The arguments of the js object are our port and the bridge's
// ports, in the order of the outlets that lead there.

autowatch = 0;
inlets = 1;
outlets = 5;

var BRIDGES = 2; // outlets 0 and 1 lead to the bridge's ports
var TO_TAPS = 2; // the port, for all track devices
var TO_TAP = 3; // which track is theirs: a track device's key and the track's id
var TO_PANEL = 4;

var PULSE_MS = 50;
var SEARCH_PULSES = 20; // 1 s between two ports
var HELLO_PULSES = 40; // 2 s
var SILENT_PULSES = 60; // 3 s without a sign of life: the lamp goes out
var UNANSWERED_PULSES = 100; // 5 s without a welcome: it is not at this port
var SETTLE_PULSES = 10; // 0.5 s in which a write may still mean the old numbers
var WRITE_PULSES = 2; // 0.1 s between two writes of a parameter
var HAND_PULSES = 10; // 0.5 s in which a write may not know yet of a hand that was there
var CONFIRM_PULSES = 60; // 3 s in which a second press means it
var BURST = 400; // messages a pulse; Max's queue holds 512
var SWEEP_PULSES = 2; // a strip is read again each 0.1 s, whatever Live has notified
var READS = 8; // strips a pulse: many automated faders must not keep Live busy
var TAP_PULSES = 100; // a track device says every 2 s that it is there

var SILENCE_DB = -150;
// Why a write would go wrong; each completes "its gain ...".
var AUTOMATED = "is automated";
var HELD = "is held by a macro or another device";
var NO_AUDIO = "does nothing: the track has no audio";
var IDLE = "does nothing: Live shows it as inactive";
var SPLIT = "is in split stereo, which has no single position";
var WORDS = {
    gain: "fader", pan: "pan", "eq/low/gain": "low EQ", "eq/lowmid/gain": "low-mid EQ",
    "eq/highmid/gain": "high-mid EQ", "eq/high/gain": "high EQ"
};
var PARAMETERS = ["gain", "pan"];
var LETTERS = ["A", "B", "C"];
var MODES = ["observe", "suggest", "assist", "gig"];

var hubPort = jsarguments[1];
var bridgePorts = [jsarguments[2], jsarguments[3]];

var isReady = false; // live.thisdevice has banged
var isOn = true; // the device's own switch
var pulses = 0;
var pulseTask = null;

var song = null; // observes the list of tracks
var finder = null; // finds a track by its path
var transport = null; // observes whether it plays
var isSongDirty = false;
var isTransportDirty = false;
var isPlaying = 0;
var strips = [];
var numberedAt = -SETTLE_PULSES; // when the numbers last changed
var waiting = []; // for the bridge, in their order
var room = BURST; // messages that may still leave in this pulse
var swept = 0; // the strip that was read unasked
var looked = 0; // the strip that was looked at last
var taps = {}; // when each track device last spoke, by its key

var link = -1; // the outlet that the bridge was found at
var asked = 1; // so that the first one is 0
var helloAt = -HELLO_PULSES;
var welcomedAt = 0;
var heardAt = -SILENT_PULSES;
var lastBeat = -1;

var suggestion = ""; // the open one
var rateable = ""; // the move that a thumb is about
var offer = ""; // what may be picked from now
var variants = []; // the moves in it
var reasons = {}; // of the moves that were proposed, until an offer is over
var focused = ""; // what is worked on
var knobs = []; // of the device in focus, as the bridge has listed them
var listing = []; // those that have come of the next list
var isPanic = false;
var pressedAt = { panic: -CONFIRM_PULSES, endorse: -CONFIRM_PULSES }; // what a second press means
var shown = {}; // what the panel shows, by the name of the display
var rewards = 0;
var rewardPrefix = "";

// -- Live's laws ------------------------------------------------------------------------------

// The fader: measured in Live by users (AbletonOSC #15 and #44), within 0.1 dB from -57 dB up.
function toDb(value) {
    if (value >= 0.4) { return 40 * value - 34; }
    if (value >= 0.15) {
        return -(Math.pow(399.751894 * value - 201.871345, 2) + 12630.61132) / 799.503788;
    }
    var db = 118.426374 * Math.pow(value, 5567 / 7504) - 70;
    return db > -69.5 ? db : SILENCE_DB;
}

function toFader(db) {
    var value;
    if (db <= -69.5) { return 0; }
    if (db >= -18) {
        value = (db + 34) / 40;
    } else if (db >= -40.97) {
        value = (201.871345 - Math.sqrt(-799.503788 * db - 12630.61132)) / 399.751894;
    } else {
        value = Math.pow((db + 70) / 118.426374, 7504 / 5567);
    }
    return Math.min(Math.max(value, 0), 1);
}

// -- what stands in the mixer -----------------------------------------------------------------

function observe(id, property, notify) {
    var api = new LiveAPI(function (args) {
        if (args[0] === property) { notify(); }
    }, "id " + id);
    api.property = property;
    return api;
}

function childId(api, name) { return Number(api.get(name)[1]); }

function idsOf(api, name) {
    var list = api.get(name);
    var ids = [];
    for (var i = 1; i < list.length; i += 2) { ids.push(Number(list[i])); }
    return ids;
}

function Strip(id) {
    var strip = this;
    function mark() { strip.isDirty = true; }
    this.id = id;
    this.isDirty = false;
    this.wanted = {}; // what the bridge asked for and was not written yet
    this.writtenAt = { gain: -WRITE_PULSES, pan: -WRITE_PULSES };
    this.handAt = { gain: -HAND_PULSES, pan: -HAND_PULSES };
    this.track = observe(id, "name", mark);
    this.mixer = observe(childId(this.track, "mixer_device"), "panning_mode", mark);
    this.gain = observe(childId(this.mixer, "volume"), "value", mark);
    this.pan = observe(childId(this.mixer, "panning"), "value", mark);
    this.observers = [ // kept, or they would be collected and fall silent
        this.track, this.mixer, this.gain, this.pan,
        observe(id, "mute", mark), observe(id, "solo", mark)
    ];
    // Live cannot observe is_enabled; state is 0 where a control is there, 1 where it has no
    // effect, and 2 where it cannot be changed.
    for (var i = 0; i < PARAMETERS.length; i += 1) {
        var parameter = Number(this[PARAMETERS[i]].id);
        this.observers.push(observe(parameter, "automation_state", mark));
        this.observers.push(observe(parameter, "state", mark));
    }
    this.held = { gain: this.raw("gain"), pan: this.raw("pan") }; // what was said or written last
    this.said = this.read();
}

Strip.prototype.isThere = function () { return Number(this.track.id) !== 0; };

Strip.prototype.leave = function () {
    for (var i = 0; i < this.observers.length; i += 1) { this.observers[i].property = ""; }
};

Strip.prototype.bar = function (name, hasAudio) {
    if (!hasAudio) { return NO_AUDIO; }
    if (name === "pan" && Number(this.mixer.get("panning_mode")) === 1) { return SPLIT; }
    if (Number(this[name].get("automation_state")) !== 0) { return AUTOMATED; }
    return ["", IDLE, HELD][Number(this[name].get("state"))] || "";
};

Strip.prototype.raw = function (name) { return Number(this[name].get("value")); };

// Whether a hand has the control, or had it just now. What stands is what was said or written last,
// or a hand's; then what the bridge wants may not know of it yet.
Strip.prototype.isHands = function (name) {
    var raw = this.raw(name);
    if (raw !== this.held[name]) {
        this.held[name] = raw;
        this.handAt[name] = pulses;
        delete this.wanted[name];
    }
    return pulses - this.handAt[name] < HAND_PULSES;
};

Strip.prototype.read = function () {
    var hasAudio = Number(this.track.get("has_audio_output")) !== 0;
    return {
        name: [].concat(this.track.get("name")).join(" "),
        gain: toDb(Number(this.gain.get("value"))),
        pan: Number(this.pan.get("value")),
        mute: Number(this.track.get("mute")),
        solo: Number(this.track.get("solo")),
        "barred/gain": this.bar("gain", hasAudio),
        "barred/pan": this.bar("pan", hasAudio)
    };
};

Strip.prototype.write = function (name, value) {
    this[name].set("value", name === "gain" ? toFader(value) : Math.min(Math.max(value, -1), 1));
    this.held[name] = this.raw(name);
};

// -- what is said to the bridge ---------------------------------------------------------------

// A dump of many tracks leaves in portions: Max drops what does not fit into a udpsend's queue.
function say() {
    if (link >= 0 && isOn) { waiting.push(arrayfromargs(arguments)); }
    send();
}

function send() {
    while (link >= 0 && waiting.length > 0 && room > 0) {
        outlet(link, waiting.shift());
        room -= 1;
    }
}

function trackAddress(number, what) { return "/mix/track/" + number + "/" + what; }

function sayStrip(number, strip, isWhole) {
    for (var i = 0; i < PARAMETERS.length; i += 1) { strip.isHands(PARAMETERS[i]); }
    var now = strip.read();
    if (isWhole) { say(trackAddress(number, "id"), String(strip.id)); }
    for (var what in now) {
        var isBar = what.charAt(0) === "b";
        if (isWhole ? !isBar || now[what] !== "" : now[what] !== strip.said[what]) {
            say(trackAddress(number, what), now[what]);
        }
    }
    strip.said = now;
    strip.isDirty = false;
}

function dump(refresh) {
    waiting = waiting.filter(function (message) { return message[0].indexOf("/mix/") !== 0; });
    say("/mix/tracks", strips.length);
    for (var i = 0; i < strips.length; i += 1) { sayStrip(i + 1, strips[i], true); }
    say("/mix/transport/playing", isPlaying);
    say("/mix/synced", refresh);
}

function isSameOrder(ids) {
    if (ids.length !== strips.length) { return false; }
    for (var i = 0; i < ids.length; i += 1) {
        if (ids[i] !== strips[i].id) { return false; }
    }
    return true;
}

function relist() {
    var ids = idsOf(song, "tracks");
    isSongDirty = false;
    if (isSameOrder(ids)) { return; }
    var known = {};
    var i;
    for (i = 0; i < strips.length; i += 1) { known[strips[i].id] = strips[i]; }
    strips = [];
    for (i = 0; i < ids.length; i += 1) {
        strips.push(known[ids[i]] || new Strip(ids[i]));
        delete known[ids[i]];
    }
    for (var id in known) { known[id].leave(); }
    numberedAt = pulses;
    dump(0);
}

// -- what the bridge asks for -----------------------------------------------------------------

// Live makes each write a point of undo: of a ramp's steps the newest goes, ten times a second.
function set(number, name, value) {
    var strip = strips[number - 1];
    if (!strip) { return; }
    strip.wanted[name] = value;
    writeWanted(number, strip, name);
}

function writeWanted(number, strip, name) {
    var isDue = pulses - strip.writtenAt[name] >= WRITE_PULSES;
    if (!isDue || !strip.wanted.hasOwnProperty(name) || !strip.isThere()) { return; }
    var value = strip.wanted[name];
    delete strip.wanted[name];
    var isSettled = pulses - numberedAt >= SETTLE_PULSES && !isSongDirty;
    var isFree = !strip.isHands(name);
    var held = strip.read();
    if (isSettled && isFree && held["barred/" + name] === "" && isFinite(value)) {
        strip.write(name, value);
        strip.writtenAt[name] = pulses;
        held = strip.read();
    }
    strip.said[name] = held[name];
    say(trackAddress(number, name), held[name]);
}

// -- what the bridge tells --------------------------------------------------------------------

function hear() { // a sign of life
    heardAt = pulses;
    show("lamp", "set", 1);
}

function welcome(version) {
    var isNew = link < 0;
    if (isNew) { link = asked; }
    welcomedAt = pulses;
    hear();
    show("version", "set", "mixbridge " + version + " at port " + bridgePorts[link]);
    outlet(TO_TAPS, bridgePorts[link]);
    if (isNew) {
        show("status", "set", "Connected");
        dump(0);
    }
}

function heartbeat(seq, mode) {
    if (link < 0) { return; }
    hear();
    if (seq < lastBeat) { dump(0); } // another bridge than the one before
    lastBeat = seq;
    show("mode", "set", Math.max(0, MODES.indexOf(mode)));
}

function valueText(param, value) {
    if (param === "pan") {
        var percent = Math.round(Math.abs(value) * 100);
        return percent === 0 ? "C" : (value < 0 ? "L" : "R") + percent;
    }
    return (value > 0 ? "+" : "") + value.toFixed(1) + " dB";
}

function move(name, state, number, param, from, to, reason) {
    var strip = strips[number - 1];
    var change = param.indexOf("device/") === 0 ? from.toFixed(2) + " to " + to.toFixed(2)
        : valueText(param, from) + " to " + valueText(param, to);
    if (state === "proposed") { reasons[name] = reason; }
    show("state", "set", state);
    show("move", "set", (strip ? strip.said.name : "track " + number) + "   " +
        (WORDS[param] || param) + "   " + change);
    show("reason", "set", reason);
}

function variantText(place) {
    var name = variants[place];
    return name === undefined ? "" : LETTERS[place] + "  " + (reasons[name] || name);
}

// Variants to pick from, or none any more.
function offered(name, count) {
    offer = count > 0 ? name : "";
    variants = arrayfromargs(arguments).slice(2);
    if (offer === "") { reasons = {}; }
    show("offerA", "set", variantText(0));
    show("offerB", "set", variantText(1));
    show("offerC", "set", variantText(2));
    show("picks", "active", offer === "" ? 0 : 1);
}

function working(task, track, device) {
    var what = task === "mix" ? "" : task + "   " + track + "   " + device;
    show("working", "set", what);
    if (what !== focused) { listKnobs([]); }
    focused = what;
}

// A knob of the device in focus; without a role it is never moved. The list comes in order.
function knobState(place, count, name, value, role, isTaught) {
    if (place === 1) { listing = []; }
    if (place !== listing.length + 1) { return; } // one was lost: the next list is whole
    listing.push({ name: name, value: value, role: role, isTaught: isTaught !== 0 });
    if (place === count) { listKnobs(listing); }
}

function knobText(knob) {
    var may = knob.role !== "" ? "may move: " + knob.role
        : knob.isTaught ? "locked by you" : "locked";
    return knob.name + "   " + knob.value + "   " + may;
}

// The menu's first line, which it shows, says how many may move; the others are the knobs.
function listKnobs(list) {
    knobs = list;
    var free = list.filter(function (knob) { return knob.role !== ""; }).length;
    var lines = [list.length === 0 ? "no knobs" : free + " of " + list.length + " knobs may move"];
    for (var i = 0; i < list.length; i += 1) { lines.push(knobText(list[i])); }
    if (shown.knobs === lines.join("\n")) { return; }
    shown.knobs = lines.join("\n");
    outlet(TO_PANEL, ["knobs", "clear"]);
    for (i = 0; i < lines.length; i += 1) { outlet(TO_PANEL, ["knobs", "append", lines[i]]); }
    outlet(TO_PANEL, ["knobs", "set", 0]);
}

// A line of the menu was chosen: lock that knob, or give it back to what its name says.
function lock(line) {
    var knob = knobs[line - 1];
    outlet(TO_PANEL, ["knobs", "set", 0]);
    if (knob === undefined) { return; }
    if (knob.role !== "" || knob.isTaught) {
        say("/bridge/knob", knob.name, knob.role !== "" ? "never" : "auto");
    } else {
        show("status", "set", knob.name + " has no known name: say on the page what it is.");
    }
}

function pick(choice) {
    if (offer !== "" && choice <= variants.length) { say("/bridge/choose", offer, choice); }
}

// What a thumb is about from now on.
function rate(name, kind) {
    suggestion = kind === "suggestion" ? name : "";
    rateable = kind === "move" ? name : "";
    showAnswers();
}

function status(state, text) {
    show("status", "set", text);
    show("freeze", "set", state === "frozen" ? 1 : 0);
    isPanic = state === "panic";
    showTwice();
}

function showAnswers() { show("answers", "active", suggestion === "" ? 0 : 1); }

function isAsked(what) { return pulses - pressedAt[what] < CONFIRM_PULSES; }

function showTwice() {
    show("panic", "text", isPanic ? "Rearm" : isAsked("panic") ? "Sure?" : "Panic");
    show("endorse", "text", isAsked("endorse") ? "Sure?" : "As I want it");
}

function show(what) {
    var args = arrayfromargs(arguments);
    var said = args.join("\n");
    if (shown[what] !== said) {
        shown[what] = said;
        outlet(TO_PANEL, args);
    }
}

function showCount() {
    var ears = 0;
    for (var key in taps) {
        if (pulses - taps[key] < TAP_PULSES) { ears += 1; } else { delete taps[key]; }
    }
    var barred = 0;
    for (var i = 0; i < strips.length; i += 1) {
        var said = strips[i].said;
        if (said["barred/gain"] !== "" || said["barred/pan"] !== "") { barred += 1; }
    }
    show("count", "set", strips.length + " tracks   " + ears + " heard   " +
        barred + " held by Live");
}

// -- the pulse --------------------------------------------------------------------------------

function search() {
    var isDue = pulses - helloAt >= (link < 0 ? SEARCH_PULSES : HELLO_PULSES);
    if (!isDue) { return; }
    asked = link < 0 ? (asked + 1) % BRIDGES : link;
    helloAt = pulses;
    outlet(asked, ["/bridge/hello", hubPort]);
}

function checkLink() {
    var isSilent = pulses - heardAt >= SILENT_PULSES;
    if (link >= 0 && (isSilent || pulses - welcomedAt >= UNANSWERED_PULSES)) {
        link = -1;
        waiting = [];
        lastBeat = -1;
        suggestion = "";
        rateable = "";
        offered("", 0);
        listKnobs([]);
        helloAt = pulses - SEARCH_PULSES;
    }
    if (isSilent) {
        show("lamp", "set", 0);
        show("version", "set", "not connected");
        show("status", "set", "No bridge: start mixbridge run --daw ableton");
        showAnswers();
    }
}

function readMarked() {
    var left = READS;
    for (var i = 0; i < strips.length && left > 0; i += 1) {
        looked = (looked + 1) % strips.length;
        if (strips[looked].isDirty && strips[looked].isThere()) {
            sayStrip(looked + 1, strips[looked], false);
            left -= 1;
        }
    }
}

function pulse() {
    pulses += 1;
    if (!isOn) { return; }
    if (waiting.length > 0) { numberedAt = pulses; } // the numbers are still being told
    room = BURST;
    send();
    if (isSongDirty) { relist(); }
    if (isTransportDirty) {
        isTransportDirty = false;
        isPlaying = Number(transport.get("is_playing"));
        say("/mix/transport/playing", isPlaying);
    }
    if (pulses % SWEEP_PULSES === 0 && strips.length > 0) {
        swept = (swept + 1) % strips.length;
        strips[swept].isDirty = true;
    }
    for (var i = 0; i < strips.length; i += 1) {
        writeWanted(i + 1, strips[i], "gain");
        writeWanted(i + 1, strips[i], "pan");
    }
    readMarked();
    checkLink();
    search();
    showTwice();
    showCount();
}

// -- what comes in ----------------------------------------------------------------------------

// Live has loaded the device; it says so again when the device was saved or a preset was chosen.
function bang() {
    if (isReady) { return; }
    isReady = true;
    rewardPrefix = "live-" + new Date().getTime().toString(36) + "-" +
        Math.floor(Math.random() * 0x7fffffff).toString(36) + "-";
    song = new LiveAPI(function (args) {
        if (args[0] === "tracks") { isSongDirty = true; }
    }, "live_set");
    song.property = "tracks";
    transport = new LiveAPI(function (args) {
        if (args[0] === "is_playing") { isTransportDirty = true; }
    }, "live_set");
    transport.property = "is_playing";
    finder = new LiveAPI(null, "live_set");
    isPlaying = Number(transport.get("is_playing"));
    relist();
    pulseTask = new Task(pulse, this);
    pulseTask.interval = PULSE_MS;
    pulseTask.repeat();
}

// The device's own switch: off, it says nothing and sets nothing.
function enabled(on) {
    isOn = on !== 0;
    for (var i = 0; i < strips.length; i += 1) { strips[i].wanted = {}; }
}

// A track device asks which track it sits on: its key, and the words of its track's path.
function tap(key) {
    if (!isReady) { return; }
    taps[key] = pulses;
    finder.path = arrayfromargs(arguments).slice(1).join(" ");
    outlet(TO_TAP, [key, Number(finder.id)]);
}

function good() { answer(1); }
function bad() { answer(-1); }

// A thumb names what it is about: without a name it could reach an older move.
function answer(value) {
    if (link < 0 || !isOn) { return; }
    if (suggestion !== "") {
        say(value > 0 ? "/bridge/accept" : "/bridge/skip", suggestion);
    } else if (rateable !== "") {
        rewards += 1;
        say("/bridge/reward", value, rateable, rewardPrefix + rewards);
    } else {
        show("status", "set", "There is nothing to rate now; your answer was not sent.");
    }
}

function accept() { if (suggestion !== "") { say("/bridge/accept", suggestion); } }
function skip() { if (suggestion !== "") { say("/bridge/skip", suggestion); } }
function undo() { say("/bridge/undo"); }

// The two that stand as the bridge says: what the mouse left there is no more what is shown.
function mode(index) {
    delete shown.mode;
    say("/bridge/mode", MODES[index]);
}

function freeze(on) {
    delete shown.freeze;
    if (link < 0) { show("freeze", "set", 0); }
    say("/bridge/freeze", on);
}

// Panic asks back: a slip of the mouse must not fade a mix. So does what teaches from all of it.
function panic() {
    if (isPanic) { say("/bridge/rearm"); } else { sayAtSecondPress("panic", "/bridge/panic"); }
    showTwice();
}

function endorse() {
    sayAtSecondPress("endorse", "/bridge/endorse");
    showTwice();
}

function sayAtSecondPress(what, address) {
    var isSecond = isAsked(what);
    pressedAt[what] = isSecond ? -CONFIRM_PULSES : pulses;
    if (isSecond) { say(address); }
}

var HEARD = {
    "/bridge/welcome": welcome,
    "/bridge/heartbeat": heartbeat,
    "/bridge/move": move,
    "/bridge/rateable": rate,
    "/bridge/status": status,
    "/bridge/offer": offered,
    "/bridge/working": working,
    "/bridge/knob/state": knobState,
    "/bridge/error": function (text) { show("status", "set", text); },
    "/bridge/rewarded": function (id, name) {
        show("state", "set", name === "" ? "heard" : "learnt");
    },
    "/mix/refresh": function (number) {
        if (isSongDirty) { relist(); }
        dump(number);
    }
};

// A message by the wire; the address is its first word.
function anything() {
    var args = arrayfromargs(arguments);
    if (!isReady || !isOn) { return; }
    if (HEARD.hasOwnProperty(messagename)) {
        HEARD[messagename].apply(null, args);
        return;
    }
    var found = /^\/mix\/track\/([1-9][0-9]*)\/(gain|pan)$/.exec(messagename);
    if (found) { set(Number(found[1]), found[2], Number(args[0])); }
}
