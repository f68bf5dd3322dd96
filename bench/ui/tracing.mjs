// Tasks of a window's main thread, in its own processor time: what other programs take of the machine is not in it.

/**
 * Measures while something is done.
 * @param {import('playwright-core').CDPSession} cdp of the page
 * @returns `{tasks, result}`: durations of the tasks in milliseconds, longest first
 */
export async function tracing(cdp, act) {
  const events = [];
  const take = ({ value }) => events.push(...value);
  cdp.on('Tracing.dataCollected', take);
  const ended = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.start', {
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'devtools.timeline'] },
    transferMode: 'ReportEvents',
  });
  let result;
  try {
    result = await act();
  } finally {
    await cdp.send('Tracing.end');
    await ended;
    cdp.off('Tracing.dataCollected', take);
  }
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events
    .filter(({ name, tdur, pid, tid }) => name === 'RunTask' && tdur !== undefined && mains.has(`${pid} ${tid}`))
    .map(({ tdur }) => tdur / 1000)
    .sort((a, b) => b - a);
  return { tasks, result };
}
