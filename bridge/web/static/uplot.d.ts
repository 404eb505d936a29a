// Of uPlot only what this page uses; its own types are in its package.

export default class uPlot {
  constructor(options: object, data: number[][], target: HTMLElement);
  readonly width: number;
  setData(data: number[][]): void;
  setSize(size: { width: number; height: number }): void;
}
