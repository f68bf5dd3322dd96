// Runs in the page before everything else. Webviews of the workbench are frames of the same origin, so the page can look into them.

/** Makes `bench` in the window's own page; serialised by Playwright, so nothing from outside is used in it. */
export function inWindow() {
  const top = globalThis.window;
  if (top !== top.parent) {
    return;
  }
  const bench = {
    /** When the last click or wheel was, by the page's clock. */
    clickedAt: 0,
    longTasks: [],
    /** The window of the panel in front, undefined where there is none. */
    panel() {
      for (const outer of top.document.querySelectorAll('iframe.webview')) {
        const inner = outer.checkVisibility({ visibilityProperty: true })
          ? outer.contentDocument?.querySelector('iframe#active-frame')
          : undefined;
        if (inner?.contentDocument?.querySelector('#root[data-panel]')) {
          return inner.contentWindow;
        }
      }
      return undefined;
    },
    /** When the panel's page began, by the page's clock. */
    beganAt: () => (bench.panel()?.performance.timeOrigin ?? NaN) - top.performance.timeOrigin,
    /** Charts that can be seen, with their canvas. */
    charts() {
      const panel = bench.panel();
      const box = panel?.document.querySelector('.lb-charts-part')?.getBoundingClientRect();
      return [...(panel?.document.querySelectorAll('.lb-chart') ?? [])]
        .filter((chart) => {
          const { top: from, bottom: to, height } = chart.getBoundingClientRect();
          return box && height > 0 && from < box.bottom && to > box.top;
        })
        .map((chart) => ({
          canvas: chart.querySelector('canvas'),
          label: chart.querySelector('.lb-chart-frame')?.getAttribute('aria-label') ?? '',
        }));
    },
    /** Whether every chart that can be seen shows all curves of so many runs. */
    isDrawn(runs, least) {
      // Where charts are is asked last: it is asked often, and costs a layout.
      if ((bench.panel()?.document.querySelectorAll('.lb-chart canvas[data-state="drawn"]').length ?? 0) < least) {
        return false;
      }
      const charts = bench.charts();
      const isWhole = ({ canvas, label }) =>
        canvas?.dataset.state === 'drawn' && (runs === 1 || label.includes(`, ${runs} runs,`));
      return charts.length >= least && charts.every(isWhole);
    },
    /** Looks every few milliseconds until something holds; not in every frame, as asking for frames costs some. */
    until: (what, limit, look) =>
      new Promise((resolve, reject) => {
        const from = top.performance.now();
        const again = () => {
          const found = look();
          if (found) {
            resolve(found);
          } else if (top.performance.now() - from > limit) {
            reject(new Error(`Not within ${limit} ms: ${what}`));
          } else {
            top.setTimeout(again, 5);
          }
        };
        again();
      }),
    /**
     * From the next wheel in the panel on: when the first frame showed another part of x in all charts, when their curves were
     * sharp in it, and when nothing finer came any more; milliseconds.
     */
    zoom: (limit) =>
      new Promise((resolve, reject) => {
        const before = bench.charts()[0]?.canvas?.dataset.range;
        const times = { shown: 0, sharp: 0, fine: 0 };
        let from = 0;
        let wasDrawn = false;
        bench.panel().addEventListener('wheel', () => (from ||= top.performance.now()), { once: true, capture: true });
        const begun = top.performance.now();
        const look = () => {
          // What a frame drew can be seen when the next one begins. A timer would do, but is put off while there is more to draw.
          const now = top.performance.now();
          const canvases = bench.charts().map(({ canvas }) => canvas);
          if (from > 0) {
            const isShown = canvases.every((canvas) => canvas?.dataset.range !== before);
            const isDrawn = isShown && canvases.every((canvas) => canvas?.dataset.state === 'drawn');
            times.shown ||= isShown ? now - from : 0;
            times.sharp ||= isDrawn ? now - from : 0;
            times.fine = isDrawn && !wasDrawn ? now - from : times.fine;
            wasDrawn = isDrawn;
          }
          if (times.fine > 0 && wasDrawn && now - from - times.fine > 600) {
            resolve(times);
          } else if (now - begun > limit) {
            reject(new Error(`Not zoomed within ${limit} ms`));
          } else {
            top.requestAnimationFrame(look);
          }
        };
        look();
      }),
    /** Notes, until it is stopped, how long each move of the pointer takes to be seen in the first chart. */
    follow() {
      const panel = bench.panel();
      const [canvas] = bench.charts().map((chart) => chart.canvas);
      const delays = [];
      let moved = 0;
      let shown = canvas?.dataset.range;
      let goesOn = true;
      const onMove = () => (moved ||= top.performance.now());
      panel.addEventListener('pointermove', onMove, true);
      const look = () => {
        const now = canvas?.dataset.range;
        if (now !== shown && moved > 0) {
          delays.push(top.performance.now() - moved);
          moved = 0;
        }
        shown = now;
        if (goesOn) {
          top.requestAnimationFrame(look);
        }
      };
      look();
      bench.longTasks.length = 0;
      bench.stopFollowing = () => {
        goesOn = false;
        panel.removeEventListener('pointermove', onMove, true);
        return { delays, longTasks: [...bench.longTasks] };
      };
    },
    /** Notes, until it is stopped, when all charts in sight showed which x as their last one: pairs of Unix milliseconds and x. */
    watchLast() {
      const seen = [];
      // Asking which are in sight costs a layout.
      const canvases = bench.charts().map(({ canvas }) => canvas);
      let last;
      let waits = false;
      const look = () => {
        waits = false;
        const shown = Math.min(...canvases.map((canvas) => Number(canvas?.dataset.last ?? NaN)));
        if (shown !== last && !Number.isNaN(shown)) {
          last = shown;
          seen.push([top.performance.timeOrigin + top.performance.now(), shown]);
        }
      };
      // What a frame drew can be seen when the next one begins. To ask for every frame, also where nobody draws, would cost a lot.
      const observer = new (bench.panel().MutationObserver)(() => {
        if (!waits) {
          waits = true;
          top.requestAnimationFrame(look);
        }
      });
      canvases.forEach(
        (canvas) => canvas && observer.observe(canvas, { attributes: true, attributeFilter: ['data-last'] }),
      );
      look();
      bench.stopWatching = () => {
        observer.disconnect();
        return seen;
      };
    },
  };
  top.bench = bench;
  top.addEventListener('click', () => (bench.clickedAt = top.performance.now()), true);
  const observer = new top.PerformanceObserver((list) => {
    bench.longTasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ type: 'longtask', buffered: false });
}
