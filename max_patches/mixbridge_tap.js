// The track device of mixbridge in Live: it says whose levels these are and sends them on. The
// powers are measured by the patch; they come here ten times a second.
//
// A Live id means something only inside the device that asked for it (Cycling '74, Live API
// overview), so the hub is asked which id it knows this track by: our key and the track's path go
// to the hub, its id comes back, both within Live. The hub's id stays with the track wherever that
// is moved; without a hub it is 0, which is nobody's.
//
// ES5. Sends only: nothing here writes to Live or listens to the network.

autowatch = 0;
inlets = 1;
outlets = 3;

var TO_BRIDGE = 0;
var TO_HUB = 1;
var TO_PANEL = 2;

var VERSION = "1.0.0";
var HERE = "this_device canonical_parent";
var HELLO_MS = 2000;
var FRAME = 13; // power, two peaks, ten octaves
var FLOOR_DB = -119.99; // not a whole number: js would send that as an int
var LOST_HELLOS = 3; // unanswered: there is no hub

// Notes: as bridge/tasks/sound/ear.py has it, in frames of 20 ms.
var NOTE_FRAME = 11; // power, and in ten octaves
var FRAME_S = 0.02;
var LONGEST = 65; // frames that a note is listened to
var AUDIBLE = 1e-7; // -70 dBFS
var RISE = 7.94; // 9 dB: a note begins
var GAP = 6; // frames in which it is still on its way up
var ENDED = 1e-4; // 40 dB below its peak ...
var QUIET = 5; // ... for so many frames
var UNMEASURED = 1.5; // roughness needs a spectrum that is finer than octaves

var note = null; // the frames of the note that sounds
var lowest = 1; // power since the last note, or since the last rise
var peak = 0;
var quiet = 0;
var notes = 0;

var key = 0; // which device this is, for the hub
var track = null; // what the device sits on
var watch = null; // hears when that is something else
var trackId = 0; // the hub's id of that; 0 unknown
var sequence = 0;
var isReady = false;
var isOn = true;
var helloTask = null;
var unanswered = 0;

function place() { return String(track.unquotedpath); }

function isOnTrack() { return /^live_set tracks [0-9]+$/.test(place()); }

function name() { return [].concat(track.get("name")).join(" "); }

// dBFS of the mean of two channels; a full sine is at -3.
function powerToDb(sum) {
    return sum > 0 ? Math.max(10 * Math.log(sum / 2) / Math.LN10, FLOOR_DB) : FLOOR_DB;
}

function inWords(db) { return db <= FLOOR_DB ? "-inf" : db.toFixed(1); }

function hello() {
    if (!isOn) { return; }
    track.path = HERE;
    unanswered += 1;
    if (!isOnTrack() || unanswered > LOST_HELLOS) { trackId = 0; }
    if (isOnTrack()) {
        outlet(TO_HUB, [key].concat(place().split(" ")));
        outlet(TO_BRIDGE, ["/mix/tap/hello", trackId, name(), VERSION]);
    }
    tell();
}

function tell() {
    var text = name();
    if (!isOnTrack()) {
        text = "Put this on a track, outside of racks";
    } else if (trackId === 0) {
        text += "  (no hub)";
    }
    outlet(TO_PANEL, ["track", "set", text]);
}

// Live has loaded the device, or loaded it again.
function bang() {
    if (isReady) { return; }
    isReady = true;
    key = Math.floor(Math.random() * 0x7fffffff) + 1;
    track = new LiveAPI(null, HERE);
    watch = new LiveAPI(function (args) {
        if (args[0] === "id") { trackId = 0; } // the id of the track before is not ours any more
    }, HERE);
    watch.mode = 1; // the path is followed, not the object
    helloTask = new Task(hello, this);
    helloTask.interval = HELLO_MS;
    helloTask.repeat();
    hello();
}

// The hub knows a track by this id.
function known(whose, id) {
    if (whose !== key) { return; }
    trackId = id;
    unanswered = 0;
    tell();
}

function enabled(on) {
    isOn = on !== 0;
    if (isReady && !isOn) { outlet(TO_BRIDGE, ["/mix/tap/bye", trackId]); }
    if (isReady && isOn) { hello(); }
}

// A frame of the patch: the power of both channels together, the peak of each, the power of both
// in each octave.
function list() {
    var frame = arrayfromargs(arguments);
    if (!isReady || !isOn || frame.length !== FRAME) { return; }
    var levels = [powerToDb(frame[0]), powerToDb(2 * Math.pow(Math.max(frame[1], frame[2]), 2))];
    for (var i = 3; i < FRAME; i += 1) { levels.push(powerToDb(frame[i])); }
    outlet(TO_PANEL, ["bands"].concat(levels.slice(2)));
    var text = inWords(levels[0]) + " RMS   " + inWords(levels[1]) + " peak";
    outlet(TO_PANEL, ["level", "set", text]);
    if (trackId === 0) { return; }
    sequence = (sequence + 1) % 0x7fffffff;
    outlet(TO_BRIDGE, ["/mix/tap", trackId, sequence].concat(levels));
}

// -- notes ------------------------------------------------------------------------------------

// A frame of the patch: the power of both channels together, and in each octave.
function frame() {
    var now = arrayfromargs(arguments);
    if (!isReady || !isOn || now.length !== NOTE_FRAME) { return; }
    for (var i = 0; i < NOTE_FRAME; i += 1) { now[i] = Math.max(now[i] / 2, 1e-12); }
    var isRise = now[0] >= lowest * RISE;
    if (note === null) {
        if (isRise && now[0] > AUDIBLE) { begin(now); } else {
            lowest = Math.min(now[0], lowest * 1.0116); // 2.5 dB/s: a room may become louder
        }
        return;
    }
    if (isRise && note.length >= GAP) {
        finish();
        begin(now);
        return;
    }
    note.push(now);
    lowest = note.length <= GAP ? now[0] : Math.min(lowest, now[0]);
    peak = Math.max(peak, now[0]);
    quiet = now[0] < Math.max(peak * ENDED, AUDIBLE) ? quiet + 1 : 0;
    if (quiet >= QUIET || note.length >= LONGEST) {
        finish();
        note = null;
        lowest = now[0];
    }
}

function begin(now) {
    note = [now];
    lowest = peak = now[0];
    quiet = 0;
}

// Between two frames, by the straight line in dB.
function between(below, above, wanted) {
    return Math.log(wanted / below) / Math.log(above / below);
}

function finish() {
    var sums = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    var risen = -1, last = 0, weight = 0, mean = 0, square = 0, i, k;
    for (i = 0; i < note.length; i += 1) {
        var power = note[i][0], total = 0, bright = 0;
        if (risen < 0 && power >= peak * 0.501) { risen = i; }
        if (power >= peak * 0.01) { last = i; }
        if (power <= peak * 1e-3) { continue; }
        for (k = 0; k < 10; k += 1) {
            total += note[i][k + 1];
            bright += note[i][k + 1] * (k - 5); // octaves above 1 kHz
            sums[k] += note[i][k + 1];
        }
        weight += Math.sqrt(power);
        mean += Math.sqrt(power) * bright / total;
        square += Math.sqrt(power) * Math.pow(bright / total, 2);
    }
    var attack = risen < 1 ? risen
        : risen - 1 + between(note[risen - 1][0], note[risen][0], peak * 0.501);
    var all = 0, octaves = 0;
    for (k = 0; k < 10; k += 1) {
        all += sums[k];
        octaves += sums[k] * (k - 5);
    }
    var low = (sums[0] + sums[1] + sums[2]) / all;
    var motion = Math.sqrt(Math.max(square / weight - Math.pow(mean / weight, 2), 0));
    if (trackId === 0) { return; }
    notes = (notes + 1) % 0x7fffffff;
    outlet(TO_BRIDGE, [
        "/mix/tap/note", trackId, notes, (Math.max(attack, 0) + 0.5) * FRAME_S,
        (last + 1) * FRAME_S, octaves / all, Math.max(10 * Math.log(low) / Math.LN10, -29.99),
        UNMEASURED, motion, 10 * Math.log(peak) / Math.LN10
    ]);
}
