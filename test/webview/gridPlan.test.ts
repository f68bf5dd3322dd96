import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  heightOf,
  isSameStop,
  neighbourOf,
  partsIn,
  planGrid,
  rowParts,
  type SectionPlan,
  type Stop,
} from '../../webview-ui/shared/charts/gridPlan';
import type { Section } from '../../webview-ui/shared/charts/sections';

const gap = 8;
const size = fc.record({ columns: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 90, max: 900 }) });
const grids = fc
  .record({
    counts: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 }),
    closed: fc.array(fc.integer({ min: 0, max: 11 })),
    sized: fc.array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 29 }), size), { maxLength: 8 }),
    columns: fc.integer({ min: 1, max: 6 }),
    width: fc.integer({ min: 320, max: 2500 }),
  })
  .map(({ counts, closed, sized, columns, width }) => {
    const sections = counts.map((count, id): Section => {
      const keys = Array.from({ length: count }, (_, at) => `${id}/${at}`);
      return { id: String(id), title: '', keys, open: !closed.includes(id) };
    });
    const sizes = Object.fromEntries(sized.map(([section, chart, each]) => [`${section}/${chart}`, each]));
    const plans = planGrid(sections, ({ open }) => open, sizes, { width, columns });
    return { plans, sizes, columns };
  });
const total = (plans: readonly SectionPlan[]): number => plans.reduce((sum, { height }) => sum + height, 0);

describe('The plan of a grid of charts', () => {
  it('has each chart once, in rows that are full but hold no more than fit', () => {
    fc.assert(
      fc.property(grids, ({ plans, sizes, columns }) => {
        let top = 0;
        for (const plan of plans) {
          assert.equal(plan.top, top);
          top += plan.height;
          const { keys } = plan.section;
          assert.deepEqual(
            plan.rows.flatMap(({ from, to }) => keys.slice(from, to)),
            plan.isOpen ? keys : [],
          );
          const spans = plan.rows.map(({ from, to }) =>
            keys.slice(from, to).reduce((sum, key) => sum + Math.min(columns, sizes[key]?.columns ?? 1), 0),
          );
          spans.forEach((span, at) => {
            const next = keys[plan.rows[at]?.to ?? NaN];
            assert.ok(span <= columns);
            assert.ok(next === undefined || span + Math.min(columns, sizes[next]?.columns ?? 1) > columns);
          });
        }
      }),
    );
  });

  it('is as high whichever of its rows and sections are in the page', () => {
    const sights = fc.tuple(fc.integer({ min: -500, max: 9000 }), fc.integer({ min: 0, max: 3000 }));
    fc.assert(
      fc.property(grids, sights, fc.integer({ min: 0, max: 11 }), ({ plans }, [min, height], kept) => {
        const sight = { min, max: min + height };
        const parts = partsIn(plans, sight, ({ id }) => id === String(kept));
        const heights = parts.map((part) => (part.kind === 'room' ? part.height : part.plan.height));
        assert.ok(Math.abs(heights.reduce((sum, each) => sum + each, 0) - total(plans)) < 1e-6);
        const shown = new Set(parts.flatMap((part) => (part.kind === 'section' ? part.plan.section.id : [])));
        for (const plan of plans) {
          const isInSight = plan.top < sight.max && plan.top + plan.height > sight.min;
          assert.equal(shown.has(plan.section.id), isInSight || plan.section.id === String(kept));
        }
        for (const part of parts) {
          if (part.kind === 'section') {
            const { rows, top } = part.plan;
            rows.forEach((row, at) => {
              // Below the heading.
              const own = top + 26 + row.top;
              const isInSight = own < sight.max && own + row.height > sight.min;
              assert.ok(!isInSight || (at >= part.rows.min && at < part.rows.max), `row ${at}`);
            });
          }
        }
      }),
    );
  });

  it('keeps the room of rows that are not in the page', () => {
    fc.assert(
      fc.property(grids, fc.array(fc.nat(29)), ({ plans }, chosen) => {
        for (const { rows } of plans) {
          const made = new Set(chosen);
          const parts = rowParts(rows, made);
          const heights = parts.map((part) =>
            part.kind === 'room' ? part.height : (rows.find(({ from }) => from === part.from)?.height ?? NaN),
          );
          const all = heights.reduce((sum, each) => sum + each, 0) + gap * Math.max(0, heights.length - 1);
          assert.ok(Math.abs(all - heightOf(rows)) < 1e-6, `${all} of ${heightOf(rows)}`);
        }
      }),
    );
  });

  it('knows what is beside, above and below, also of what is not in the page', () => {
    fc.assert(
      fc.property(grids, fc.boolean(), ({ plans, sizes, columns }, hasLarge) => {
        const large = hasLarge ? 'large' : undefined;
        const beside = (from: Stop, key: string) => neighbourOf(plans, sizes, columns, large, from, key);
        const charts: Stop[] = [
          ...(large === undefined ? [] : [{ kind: 'chart' as const, metric: large }]),
          ...plans.flatMap(({ isOpen, section }) =>
            isOpen ? section.keys.map((metric) => ({ kind: 'chart' as const, metric })) : [],
          ),
        ];
        charts.forEach((stop, at) => {
          assert.deepEqual(beside(stop, 'ArrowRight'), charts[at + 1]);
          assert.deepEqual(beside(stop, 'ArrowLeft'), charts[at - 1]);
          assert.equal(beside(stop, 'Enter'), undefined);
        });
        // Down from the first stop comes to each section's heading, one after the other.
        const heads: string[] = [];
        let stop: Stop | undefined = charts[0] && large !== undefined ? charts[0] : headOf(plans[0]);
        for (let steps = 0; stop && steps < 1000; steps++) {
          if (stop.kind === 'head') {
            heads.push(stop.section);
          }
          const below: Stop | undefined = beside(stop, 'ArrowDown');
          const back: Stop | undefined = below && beside(below, 'ArrowUp');
          assert.ok(!below || back, 'what is below something has something above');
          assert.ok(!below || !isSameStop(below, stop));
          stop = below;
        }
        assert.deepEqual(
          heads,
          plans.map(({ section }) => section.id),
        );
      }),
    );
  });
});

function headOf(plan: SectionPlan | undefined): Stop | undefined {
  return plan && { kind: 'head', section: plan.section.id };
}
