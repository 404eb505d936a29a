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
