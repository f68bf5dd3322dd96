/** What the mockups show, as scenarios. */
import { confusionPng } from './pictures';
import { curve, fakeRun, noise, training, type FakeRun } from '../fakes/fakeHost/scenario';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The run of the mockups. */
export function exampleRun(): FakeRun {
  return fakeRun(10, {
    name: 'convnext-t-adamw',
    status: 'RUNNING',
    metrics: {
      ...training(11, 57_900, 0.4),
      'data/train_size': { steps: [0], values: [45_000] },
      'amp/overflow': {
        steps: Array.from({ length: 58 }, (_, i) => i * 1000),
        values: Array.from({ length: 58 }, (_, i) => (i === 21 ? 'Infinity' : i === 40 ? 'NaN' : i % 7)),
      },
    },
    params: {
      model: 'convnext-t',
      'optim.name': 'adamw',
      'optim.lr': '0.001',
      'optim.weight_decay': '0.05',
      'optim.betas': '[0.9, 0.999]',
      'sched.name': 'cosine',
      'sched.warmup_epochs': '5',
      'data.augment': 'randaug',
      'data.batch_size': '128',
      'data.workers': '8',
      'train.epochs': '200',
      'train.amp': 'bf16',
      seed: '0',
      note: '',
    },
    tags: {
      dataset: 'cifar100-v2',
      owner: 'vision',
      'mlflow.user': 'someone',
      'mlflow.source.name': 'train.py',
      'mlflow.note.content': 'Does ConvNeXt-T beat ResNet-50 with mixup at the same cost?\nWarm-up 5 epochs.',
    },
    artifacts: {
      'images/confusion.png': confusionPng().toString('base64'),
      'images/notes.txt': base64('Confusion after 57,900 steps.\n'),
      'model/MLmodel': base64('flavors:\n  python_function:\n    env: conda.yaml\n'),
      'model/weights.safetensors': Buffer.alloc(40_000).toString('base64'),
      'config.json': base64('{"model":"convnext-t","optim":{"lr":0.001,"betas":[0.9,0.999]},"seed":0}'),
      'requirements.txt': base64('torch==2.9.0\nmlflow==3.6.0\n'),
    },
  });
}

const names = [
  'r18-baseline',
  'r18-cosine-s1',
  'r18-cosine-s2',
  'r50-cosine-s0',
  'r50-cosine-s1',
  'r50-cosine-s2',
].concat(
  ['r50-mixup-s0', 'r50-lr1.0', 'wrn28-10-cutmix', 'vit-s16-adamw', 'convnext-t-adamw', 'r50-sam'],
  ['r50-cutmix-s0', 'sweep-lr-wd'],
);

/** The experiment of the mockups, the newest run first. */
export function exampleRuns(count = names.length): FakeRun[] {
  const random = noise(3);
  return Array.from({ length: count }, (_, slot) => {
    const status = slot === 7 ? 'FAILED' : slot === 11 ? 'KILLED' : slot === 9 || slot === 10 ? 'RUNNING' : 'FINISHED';
    const steps = slot === 7 ? 22_000 : slot === 9 ? 41_000 : slot === 10 ? 57_900 : 78_200;
    const metrics = training(slot, steps, 0.5 + random() / 2);
    const single = { 'test/acc': { steps: [78_200], values: [0.75 + 0.07 * random()] } };
    const broken = curve(40, (step) => (step < 21_000 ? 4.6 - step / 9000 : NaN), 550);
    return fakeRun(slot, {
      name: names[slot % names.length] ?? '',
      status,
      metrics: {
        ...metrics,
        ...(slot < 7 ? single : {}),
        ...(slot === 7 ? { 'val/loss': broken } : {}),
      },
      params: {
        model: slot < 3 ? 'resnet18' : slot === 8 ? 'wrn28-10' : 'resnet50',
        'optim.name': slot > 8 ? 'adamw' : 'sgd',
        'optim.lr': slot === 7 ? '1.0' : '0.1',
        'optim.weight_decay': '0.0005',
        'data.augment': slot === 6 ? 'mixup' : 'basic',
        'train.epochs': '200',
        seed: String(slot % 3),
        ...(slot === 6 ? { 'data.mixup_alpha': '0.2' } : {}),
      },
    });
  }).reverse();
}
