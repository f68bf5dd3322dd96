import { useState, type FocusEvent } from 'react';

interface FocusWithin {
  readonly isIn: boolean;
  /** For the element that is asked about. */
  readonly handlers: { readonly onFocus: () => void; readonly onBlur: (event: FocusEvent) => void };
}

/** Whether the focus is on something in an element. */
export function useFocusWithin(): FocusWithin {
  const [isIn, setIsIn] = useState(false);
  return {
    isIn,
    handlers: {
      onFocus: () => setIsIn(true),
      onBlur: ({ currentTarget, relatedTarget }) => setIsIn(currentTarget.contains(relatedTarget)),
    },
  };
}
