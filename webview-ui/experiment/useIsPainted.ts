import { useLayoutEffect, useState } from 'react';

/** Whether what a component drew first can be seen: the rest of the page, which takes as long again, is not to delay it. */
export function useIsPainted(): boolean {
  const [isPainted, setIsPainted] = useState(false);
  useLayoutEffect(() => {
    let timer: number | undefined;
    // The frame in which it is painted begins; what is due then comes after it.
    const frame = requestAnimationFrame(() => {
      timer = window.setTimeout(() => setIsPainted(true));
    });
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
    };
  }, []);
  return isPainted;
}
