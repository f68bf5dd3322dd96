import 'react';

declare module 'react' {
  interface CSSProperties {
    /** How much of a slider is to the left of its thumb. */
    '--lb-share'?: string;
    /** Room that the longest name beside bars takes. */
    '--lb-names'?: string;
  }
}
