import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Most columns of a section of charts. */
    '--lb-columns'?: number;
  }
}
