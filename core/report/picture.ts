/** A drawing in units of its own, from the top left corner; whoever draws it scales it to its page. */
export interface Picture {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** In the order in which they are drawn. */
  readonly shapes: readonly Shape[];
}

/** How a text of a picture looks: its heading, the name of a thing, or something about it. */
export type Lettering = 'title' | 'label' | 'kind' | 'frame' | 'legend';

export type Shape =
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius: number;
      /** A colour as `#rrggbb`; without one the box is but its line. */
      readonly fill?: string;
      readonly stroke: string;
      readonly dashed?: boolean;
    }
  /** `y` is the baseline. */
  | {
      readonly kind: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly as: Lettering;
    }
  /** From one point to another, leaving and arriving level, with its head at the second. `says` is for who points at it. */
  | {
      readonly kind: 'arrow';
      readonly from: readonly [x: number, y: number];
      readonly to: readonly [x: number, y: number];
      readonly colour: string;
      readonly width: number;
      readonly says?: string;
    };
