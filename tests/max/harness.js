// Max as far as a `js` object sees it, and a Live set, both in memory: the devices' own scripts run
// here as they are. One JSON object a line comes in, one goes out for each. The first says:
//
//   {"script": path, "arguments": [..],         the js object's arguments
//    "tracks": [name, ..],                      the Live set
//    "place": "live_set tracks 0",              what the device sits on (this_device canonical_parent)
//    "udp": {"listen": port, "outlets": {"0": port, ..}}}   optional: these outlets are udpsends, a
//                                               udpreceive is wired to the inlet, and the clock is real
//
// Then each line is a command, {"do": name, ..}; see `commands` below. The answer is {"out":
// [[outlet, [atom, ..]], ..], "posted": [text, ..], "result": ..}: what has left the object since the
// last answer, without what went by UDP. A fault in the script, or in what it asks of Live, is
// {"fault": text}. A number that is whole leaves as an int, as it does in Max.

// Sources: Cycling '74's reference of `js`, `Task` and `LiveAPI` (https://docs.cycling74.com/apiref/js/),
// of `udpsend` and `udpreceive`, and of the Live Object Model (https://docs.cycling74.com/apiref/lom/);
// OSC as in https://opensoundcontrol.stanford.edu/spec-1_0.html. No Max has been seen to follow them:
// docs/ableton.md lists what is to be checked there.

"use strict";

const dgram = require("dgram");
const fs = require("fs");
const readline = require("readline");
const vm = require("vm");

const NOTIFYING = "Changes cannot be triggered by notifications. You will need to defer your response.";

// What the Live Object Model says can be observed, of what is here: state of a parameter, and not
// its is_enabled, which can only be read; panning_mode of a mixer (0 stereo, 1 split stereo).
const OBSERVABLE = ["tracks", "is_playing", "name", "mute", "solo", "value", "automation_state",
    "state", "panning_mode"];

// -- Live -----------------------------------------------------------------------------------------

class LiveSet {
    constructor(names) {
        this.objects = new Map();
        this.observers = new Set();
        this.followers = []; // of what the device sits on
        this.notifying = 0;
        this.writes = 0; // each would be an entry of Live's undo
        this.history = []; // of these: parameter, value before, value
        this.nextId = 3;
        this.song = this.make({ is_playing: 0, tracks: [] }, "live_set");
        names.forEach((name) => this.song.values.tracks.push(this.makeTrack(name)));
    }

    make(values, kind) {
        const object = { id: this.nextId, values, kind };
        this.nextId += 1;
        this.objects.set(object.id, object);
        return object;
    }

    makeParameter(value, min) {
        const values = { value: Math.fround(value), min, max: 1, automation_state: 0, state: 0,
            get is_enabled() { return Number(this.state !== 2); } };
        return this.make(values, "parameter");
    }

    makeTrack(name) {
        const mixer = this.make(
            { volume: this.makeParameter(0.85, 0), panning: this.makeParameter(0, -1),
                panning_mode: 0 }, "mixer");
        return this.make({ name, mute: 0, solo: 0, has_audio_output: 1, mixer_device: mixer }, "track");
    }

    drop(track) {
        for (const object of [track, track.values.mixer_device,
            track.values.mixer_device.values.volume, track.values.mixer_device.values.panning]) {
            this.objects.delete(object.id);
        }
    }

    track(number) {
        const track = this.song.values.tracks[number - 1];
        if (!track) { throw new Error(`no track ${number}`); }
        return track;
    }

    parameter(number, name) {
        return this.track(number).values.mixer_device.values[name === "gain" ? "volume" : "panning"];
    }

    find(path) {
        const words = String(path).replace(/"/g, "").trim().split(/\s+/);
        if (words[0] === "id") { return this.objects.get(Number(words[1])) || null; }
        if (words[0] === "this_device") { return this.find(this.place); }
        if (words[0] !== "live_set") { return null; }
        if (words.length === 1) { return this.song; }
        if (words[1] === "tracks" && words.length === 3) {
            return this.song.values.tracks[Number(words[2])] || null;
        }
        return null;
    }

    pathOf(object) {
        const index = this.song.values.tracks.indexOf(object);
        return object === this.song ? "live_set" : index >= 0 ? `live_set tracks ${index}` : "";
    }

    put(object, property, value) { // changes it and notifies, as Live does, at once
        if (object.values[property] === value) { return; }
        object.values[property] = value;
        this.notify(object, property);
    }

    notify(object, property) {
        this.notifying += 1;
        try {
            for (const observer of [...this.observers]) {
                if (observer.object === object && observer.observed === property) { observer.tell(); }
            }
        } finally {
            this.notifying -= 1;
        }
    }
}

function makeLiveAPI(live, state) {
    const atoms = (value) => {
        if (Array.isArray(value)) { return value.flatMap((object) => ["id", object.id]); }
        return value !== null && typeof value === "object" ? ["id", value.id] : [value];
    };
    return class LiveAPI {
        constructor(callback, path) {
            if (!state.isReady) { throw new Error("LiveAPI before live.thisdevice has banged"); }
            if (live.notifying) { throw new Error(NOTIFYING); }
            this.callback = callback;
            this.observed = "";
            this.mode = 0;
            this.path = path;
            if (callback && String(path).startsWith("this_device")) { live.followers.push(this); }
        }

        set path(path) {
            this.words = path;
            this.found = live.find(path);
            if (this.callback) { this.callback(["id", this.id]); }
        }

        get path() { return `"${this.unquotedpath}"`; }

        get unquotedpath() {
            return this.object ? live.pathOf(this.object) : "";
        }

        get object() {
            if (this.mode === 1) { return live.find(this.words); }
            return this.found && live.objects.has(this.found.id) ? this.found : null;
        }

        get id() { return String(this.object ? this.object.id : 0); } // a string, says the manual

        get(property) {
            if (!this.object) { return [0]; }
            const value = this.object.values[property];
            if (value === undefined) { throw new Error(`Live knows no ${property} of ${this.object.kind}`); }
            return atoms(value);
        }

        set(property, value) {
            if (live.notifying) { throw new Error(NOTIFYING); }
            const { object } = this;
            if (!object) { throw new Error(`set ${property} of an object that is gone`); }
            if (object.kind !== "parameter" || property !== "value") {
                throw new Error(`a write to ${property} of ${object.kind}`);
            }
            if (!(value >= object.values.min && value <= object.values.max)) {
                throw new Error(`Invalid value ${value}. Check the parameters range with min/max`);
            }
            live.writes += 1;
            live.history.push([object.id, object.values.value, Math.fround(value)]);
            if (object.values.is_enabled) { live.put(object, "value", Math.fround(value)); }
        }

        set property(name) {
            this.observed = name;
            if (name === "") {
                live.observers.delete(this);
            } else {
                if (!this.object || !OBSERVABLE.includes(name)) {
                    throw new Error(`Live cannot observe ${name}`);
                }
                live.observers.add(this);
                this.tell();
            }
        }

        get property() { return this.observed; }

        tell() {
            live.notifying += 1;
            try {
                this.callback([this.observed, ...this.get(this.observed)]);
            } finally {
                live.notifying -= 1;
            }
        }
    };
}

// -- Max ------------------------------------------------------------------------------------------

class Clock { // by hand, or the real one
    constructor(isReal) {
        this.isReal = isReal;
        this.now = 0;
        this.tasks = new Set();
    }

    makeTask(report) {
        const clock = this;
        return class Task {
            constructor(work, owner) {
                this.work = () => { try { work.call(owner); } catch (error) { report(error); } };
                this.interval = 500;
                this.running = false;
            }

            repeat() {
                this.cancel();
                this.running = true;
                this.due = clock.now + this.interval;
                if (clock.isReal) { this.timer = setInterval(this.work, this.interval); }
                clock.tasks.add(this);
            }

            cancel() {
                this.running = false;
                clearInterval(this.timer);
                clock.tasks.delete(this);
            }
        };
    }

    advance(ms) {
        const until = this.now + ms;
        for (;;) {
            const due = [...this.tasks].sort((a, b) => a.due - b.due)[0];
            if (!due || due.due > until) { break; }
            this.now = due.due;
            due.due += due.interval;
            due.work();
        }
        this.now = until;
    }
}

class Max {
    constructor(setup) {
        this.setup = setup;
        this.out = [];
        this.posted = [];
        this.fault = null;
        this.state = { isReady: false };
        this.live = new LiveSet(setup.tracks || []);
        this.live.place = setup.place || "live_set tracks 0";
        this.clock = new Clock(Boolean(setup.udp));
        this.report = (error) => { this.fault = this.fault || String(error && error.stack || error); };
        this.context = vm.createContext({
            LiveAPI: makeLiveAPI(this.live, this.state),
            Task: this.clock.makeTask(this.report),
            arrayfromargs: (...args) => args.flatMap((arg) =>
                Object.prototype.toString.call(arg) === "[object Arguments]" ? [...arg] : [arg]),
            jsarguments: [setup.script, ...(setup.arguments || [])],
            messagename: "",
            inlet: 0,
            outlet: (number, ...atoms) => this.send(number, atoms.flat()),
            post: (...words) => this.posted.push(words.join(" ")),
            error: (...words) => this.posted.push(words.join(" ")),
        });
        vm.runInContext(fs.readFileSync(setup.script, "utf8"), this.context, setup.script);
        if (setup.udp) { this.open(setup.udp); }
    }

    send(number, atoms) {
        if (!(number >= 0 && number < this.context.outlets)) { throw new Error(`no outlet ${number}`); }
        if (atoms.some((atom) => !(typeof atom === "string" || Number.isFinite(atom)))) {
            throw new Error(`outlet ${number}: no atoms: ${JSON.stringify(atoms)}`);
        }
        const port = this.setup.udp && this.setup.udp.outlets[number];
        if (port) {
            this.socket.send(encode(atoms), port, "127.0.0.1");
        } else {
            this.out.push([number, atoms]);
        }
    }

    message(atoms) { // one message to the inlet
        const [first, ...rest] = atoms;
        const { context } = this;
        try {
            if (typeof first === "number") {
                context.messagename = atoms.length > 1 ? "list" : "msg_float";
                context[context.messagename](...atoms);
            } else {
                context.messagename = first;
                const named = typeof context[first] === "function" && !first.startsWith("/");
                (named ? context[first] : context.anything)(...rest);
            }
        } catch (error) {
            this.report(error);
        }
    }

    open({ listen }) {
        this.socket = dgram.createSocket("udp4");
        this.socket.on("message", (bytes) => decode(bytes).forEach((atoms) => this.message(atoms)));
        this.socket.on("error", this.report);
        this.socket.bind(listen, "127.0.0.1");
    }

    close() {
        for (const task of [...this.clock.tasks]) { task.cancel(); }
        if (this.socket) { this.socket.close(); }
    }
}

// -- OSC, as udpsend and udpreceive speak it --------------------------------------------------------

function padded(text) {
    const bytes = Buffer.from(`${text}\0`, "utf8");
    return Buffer.concat([bytes, Buffer.alloc((4 - bytes.length % 4) % 4)]);
}

function encode(atoms) {
    const [address, ...args] = atoms;
    let tags = ",";
    const parts = args.map((arg) => {
        const bytes = Buffer.alloc(4);
        if (typeof arg === "string") { tags += "s"; return padded(arg); }
        if (Number.isInteger(arg)) { tags += "i"; bytes.writeInt32BE(arg); return bytes; }
        tags += "f";
        bytes.writeFloatBE(arg);
        return bytes;
    });
    return Buffer.concat([padded(address), padded(tags), ...parts]);
}

function decode(bytes) {
    let at = 0;
    const text = () => {
        const end = bytes.indexOf(0, at);
        const said = bytes.toString("utf8", at, end);
        at = end + 4 - end % 4;
        return said;
    };
    if (bytes.subarray(0, 8).toString() === "#bundle\0") {
        const messages = [];
        for (let part = 16; part < bytes.length;) {
            const size = bytes.readInt32BE(part);
            messages.push(...decode(bytes.subarray(part + 4, part + 4 + size)));
            part += 4 + size;
        }
        return messages;
    }
    const atoms = [text()];
    for (const tag of text().slice(1)) {
        if (tag === "s") {
            atoms.push(text());
        } else {
            atoms.push(tag === "i" ? bytes.readInt32BE(at) : bytes.readFloatBE(at));
            at += 4;
        }
    }
    return [atoms];
}

// -- what the tests ask for -------------------------------------------------------------------------

const commands = {
    // Live has loaded the device: live.thisdevice bangs.
    ready(max) { max.state.isReady = true; max.message(["bang"]); },
    // One message to the inlet; a first atom that begins with "/" is one of the udpreceive.
    message(max, { atoms }) { max.message(atoms); },
    // Time passes; by hand only.
    advance(max, { ms }) { max.clock.advance(ms); },
    // A hand on a control: gain and pan as Live's own values, mute and solo as 0 or 1.
    hand(max, { track, what, value }) {
        if (what === "gain" || what === "pan") {
            max.live.put(max.live.parameter(track, what), "value", Math.fround(value));
        } else {
            max.live.put(max.live.track(track), what, value);
        }
    },
    name(max, { track, name }) { max.live.put(max.live.track(track), "name", name); },
    // What Live says of a parameter: automation_state 0, 1 or 2, state 0, 1 or 2.
    mark(max, { track, what, property, value }) {
        max.live.put(max.live.parameter(track, what), property, value);
    },
    split(max, { track, on }) {
        max.live.put(max.live.track(track).values.mixer_device, "panning_mode", on);
    },
    audio(max, { track, on }) { max.live.track(track).values.has_audio_output = on; },
    play(max, { on }) { max.live.put(max.live.song, "is_playing", on); },
    insert(max, { place, name }) {
        max.live.song.values.tracks.splice(place, 0, max.live.makeTrack(name));
        max.live.notify(max.live.song, "tracks");
    },
    remove(max, { track }) {
        max.live.drop(max.live.song.values.tracks.splice(track - 1, 1)[0]);
        max.live.notify(max.live.song, "tracks");
    },
    move(max, { track, to }) {
        const { tracks } = max.live.song.values;
        tracks.splice(to - 1, 0, tracks.splice(track - 1, 1)[0]);
        max.live.notify(max.live.song, "tracks");
    },
    // The device is moved to another track or into a rack.
    place(max, { path }) {
        max.live.place = path;
        max.live.followers.filter((api) => api.mode === 1).forEach((api) => api.callback(["id", api.id]));
    },
    // What the set holds, by track, and how many writes Live has seen from the script.
    state(max) {
        return {
            writes: max.live.writes,
            history: max.live.history,
            observers: max.live.observers.size,
            tracks: max.live.song.values.tracks.map((track, index) => ({
                id: track.id, name: track.values.name,
                gain: max.live.parameter(index + 1, "gain").values.value,
                pan: max.live.parameter(index + 1, "pan").values.value,
            })),
        };
    },
};

let max = null;
const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => {
    const asked = JSON.parse(line);
    let result = null;
    try {
        if (max === null) {
            max = new Max(asked);
        } else {
            result = commands[asked.do](max, asked) ?? null;
        }
    } catch (error) {
        process.stdout.write(`${JSON.stringify({ fault: String(error.stack || error) })}\n`);
        return;
    }
    const { out, posted, fault } = max;
    max.out = [];
    max.posted = [];
    process.stdout.write(`${JSON.stringify(fault ? { fault } : { out, posted, result })}\n`);
});
lines.on("close", () => { if (max) { max.close(); } });
