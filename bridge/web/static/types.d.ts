// What the bridge sends, as bridge/web/views.py, history.py, first_run.py and service.py make it.
// Types alone: nothing here is served, and nothing of it reaches a browser.

/** A value by parameter in the order of `Schema.params`, in the unit of each; null: not known. */
export type Values = (number | null)[];

/** RMS and peak of a strip, dBFS; null: silent or not known. */
export type Level = [number | null, number | null];

// -- once, at first ------------------------------------------------------------------------------

/** The first message: what this client may do, and what does not change while the bridge runs. */
export interface Greeting {
  may: "all" | "look";
  /** The bridge's wall time, seconds since 1970. */
  clock: number;
  facts: Facts;
}

export interface Facts {
  version: string;
  /** Another one: the rows of the history begin again. */
  session: string;
  profile: string;
  /** The sentence that says that the mix was endorsed. */
  endorsed: string;
  keys: Key[];
  /** The DAW that the bridge runs beside, and all there are. */
  daw: string;
  daws: Daw[];
  /** Whether the DAW may be chosen here. */
  mayChoose: boolean;
  /** Host and port where the bridge takes OSC. */
  listens: string;
  schema: Schema;
  /** What one dB of each EQ band does in each of ten octaves, dB. */
  eqShape: number[][];
  /** The demo's stems; not there beside a DAW. */
  ears?: Ears;
}

/** The tables that Python and this page share; bridge/mix/params.py and roles.py have them. */
export interface Schema {
  params: Param[];
  /** A class of parameters as a person says it. */
  classes: Record<LockClass, string>;
  roles: string[];
  /** Title and text of every task that there is. */
  tasks: Record<string, string[]>;
  /** What a knob may be said to be, and the words for that. */
  knobs: Record<string, string>;
  /** Words for a track: how it is wanted against how it is. */
  wishes: string[];
}

export type LockClass = "gain" | "eq" | "pan";

export interface Param {
  name: string;
  words: string;
  class: LockClass;
  /** The least and the greatest value that is ever sent, in the parameter's unit. */
  range: [number, number];
}

export interface Key {
  action: string;
  key: string;
  words: string;
  gesture: "press" | "twice" | "hold";
}

export interface Daw {
  name: string;
  title: string;
  needs: string;
  steps: string[];
  docs: string;
}

export interface Ears {
  /** Hz. */
  rate: number;
  /** In all, and in each chunk but the last. */
  samples: number;
  chunk: number;
  tracks: Track[];
}

/** A stem: 1 or 2 channels, and where it was recorded to stand (-1 to 1; null: in the middle). */
export interface Track {
  name?: string;
  channels: number;
  place: number | null;
}

// -- sections, whenever they change ---------------------------------------------------------------

export interface Sections {
  status: Status | null;
  strips: Strip[];
  values: Values[];
  levels: Level[];
  /** For how long a person's hand keeps the bridge off each strip, whole seconds. */
  held: number[];
  now: Now | null;
  learning: Learning | null;
  compare: Compare | null;
  work: Work | null;
  midi: Midi | null;
  /** How many pages are open. */
  clients: number;
  way: Way | null;
}

export interface Status {
  mode: string;
  /** online, offline, stale, frozen, panic and others that are only shown. */
  state: string;
  text: string;
  playing: boolean;
  /** The desk's scene; empty where it has none. */
  scene: string;
  /** What a person is asked of a track; null where nothing is. */
  question: Question | null;
  pins: string[];
}

/** Which role a track plays whose name does not say it. */
export interface Question {
  track: number;
  /** What its sound suggests; empty where it suggests nothing. */
  role: string;
  text: string;
}

export interface Strip {
  name: string;
  role: string;
  roleSource: RoleSource;
  mute: boolean;
  solo: boolean;
  /** dB, by the words of the send. */
  sends: Record<string, number>;
  /** Where the session began, and how far the bridge may go. */
  snapshot: Values;
  low: Values;
  high: Values;
  /** Why the bridge leaves it alone; empty where it does not. */
  barred: string;
  safe: LockClass[];
  noLearn: LockClass[];
  noAct: LockClass[];
  /** Names of the last moves, newest first. */
  moves: string[];
}

export type RoleSource = "given" | "name" | "sound" | "nothing";

export interface Now {
  suggestion: Suggestion | null;
  /** The names of the moves that can be rated, and undone. */
  rating: string | null;
  undo: string | null;
  auditioned: boolean;
  comparing: boolean;
  /** Why there is nothing to rate. */
  why: string;
}

export interface Suggestion {
  id: string;
  track: string;
  number: number;
  param: string;
  class: LockClass;
  what: string;
  why: string;
  /** 0 to 1. */
  sure: number;
  sureWords: string;
  effect: string;
}

export interface Learning {
  /** Only what a person has answered about. */
  roles: Record<string, Beliefs>;
  consistency: number | null;
  note: string;
  /** -1 to 1, oldest first. */
  rewards: number[];
}

/** By dimension: level, low, lowmid, highmid, high, width. */
export type Beliefs = Record<string, Belief>;

/** What is believed of a role: dB, or a share for the width. */
export interface Belief {
  answers: number;
  average: number;
  you: number;
  is_sure: boolean;
  /** 0 to 1. */
  sure: number;
  words: string;
}

export interface Compare {
  /** How many tracks differ from the start of the session. */
  changed: number;
  /** By how much the mix is louder than it was, dB. */
  louder: number;
  before: Values[];
}

/** What else is worked on than the mix. */
export interface Work {
  task: string;
  /** Which tasks can be chosen. */
  known: string[];
  /** What is in focus; empty for none. */
  track: string;
  device: string;
  places: Place[];
  /** The name of the open offer; empty for none. */
  offer: string;
  variants: Variant[];
  knobs: Knob[];
  /** Why what is in focus is never changed; empty where it may be. */
  lock: string;
  /** Why nothing is proposed; empty where something is. */
  rest: string;
  /** The sound file that it is to come near to; empty for none. */
  target: string;
  /** Quarter notes a minute; null where nobody knows. */
  tempo: number | null;
  believed: string;
  band: { role: string; text: string }[];
  /** What could be offered, the likeliest yes first. */
  finds: Find[];
}

export interface Find {
  name: string;
  text: string;
  /** How likely a yes is, 0 to 1. */
  likely: number;
}

/** A track that can be in focus, and the devices on it. */
export interface Place {
  number: number;
  track: string;
  devices: string[];
}

export interface Variant {
  id: string;
  /** What it turns, a line each; empty where it changes contents. */
  changes: string[];
  why: string;
  /** 0 to 1. */
  sure: number;
  heard: boolean;
  wasHeard: boolean;
  contents: Content[];
}

/** A content that a variant changes: an item, a clip or a patch, and its texts. */
export interface Content {
  kind: string;
  id: string;
  before: string;
  after: string;
  /** The stretch of sound that it is about, s, and how loud it is, 0 to 1; null: not known. */
  sketch: { from: number; to: number; levels: number[] } | null;
}

export interface Knob {
  index: number;
  name: string;
  /** What it holds. */
  words: string;
  /** Where it stands, and how far one move may go: 0 to 1; null: not known. */
  at: number | null;
  low: number | null;
  high: number | null;
  /** What it is taken for; empty for what is left alone. */
  role: string;
  taught: boolean;
}

export interface Way {
  heard: boolean;
  strange: number;
  link: string;
  missing: string;
  text: string;
}

export interface Midi {
  level: Finding["level"];
  text: string;
  remedy: string;
  bindings: string[];
}

/** A line of the history; the bridge sends each that is new or has changed. */
export interface Row {
  id: string;
  n: number;
  actor: "bridge" | "hand" | "daw";
  track: string;
  /** One of `Schema.params`, or the name of a device's control, whose values go from 0 to 1. */
  param: string;
  from: number;
  to: number;
  /** Empty where there is nothing more to come. */
  state: string;
  stands: boolean;
  /** Where it was left, if that is not `to`. */
  left: number | null;
  suggested: boolean;
  reason: string;
  outcome: string;
  reward: number | null;
  saved: boolean;
  /** When it was made, and when it could be heard (0: not yet); seconds since 1970. */
  at: number;
  heard: number;
}

// -- documents, when they are asked for -----------------------------------------------------------

export interface Finding {
  level: "ok" | "warning" | "problem";
  subject: string;
  text: string;
  remedy: string;
}

/** Where a DAW was found on this machine, by its name. */
export type Found = Record<string, string>;

// -- of the page itself ---------------------------------------------------------------------------

/** All that is known here. */
export interface State extends Sections {
  connection: "connecting" | "online" | "lost" | "unpaired";
  may: "nothing" | "all" | "look";
  facts: Facts;
  /** By their id. */
  rows: Map<string, Row>;
  /** The last sentence for everyone, and when it came (`performance.now()`). */
  noticed: { text: string; at: number } | null;
  /** What to take from this machine's clock to have the bridge's, seconds. */
  skew: number;
}

/** The names of the sections that have changed. */
export type Changed = Set<string>;

export interface Screen {
  element: HTMLElement;
  update(changed: Changed): void;
}

/** One chunk of all tracks: the samples of each channel, and what to multiply them by. */
export interface Chunk {
  data: (Int16Array | Float32Array)[];
  scales: number[];
}

export interface MixerOptions {
  tracks: Track[];
  samples: number;
  chunk: number;
  chunks?: [number, Chunk][];
  values: number[][];
  isPlaying: boolean;
}

/** To the mixer: only what is to change. */
export interface MixerMessage {
  /** Of every strip, to be reached after `seconds`. */
  values?: number[][];
  seconds?: number;
  isPlaying?: boolean;
  /** Linear. */
  trim?: number;
  add?: [number, Chunk];
  drop?: number;
}

/** From the mixer, ten times a second. */
export interface MixerReport {
  /** Mean square of both channels. */
  power: number;
  position: number;
  isWaiting: boolean;
}
