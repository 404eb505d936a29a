// The globals of an audio worklet (Web Audio API, AudioWorkletGlobalScope), which no library of
// TypeScript declares.

declare const sampleRate: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(
  name: string,
  processor: new (options: AudioWorkletNodeOptions) => AudioWorkletProcessor,
): void;
