import {
  caseOn,
  configOf,
  describeCase,
  drawOf,
  randomMemory,
  SCENARIO_NAMES,
  type Scenario,
  simulatorOf,
} from './case.js';
import { type CaseResult, runCase } from './runCase.js';
import { describeVectorCase, runVectorCase, VECTOR_SCENARIOS, type VectorScenario, vectorCase } from './vectorCase.js';

/** What a campaign does to its accelerators. */
export type CampaignScenario = Scenario | VectorScenario;
export const CAMPAIGN_SCENARIOS: readonly CampaignScenario[] = [
  ...SCENARIO_NAMES,
  ...(Object.keys(VECTOR_SCENARIOS) as VectorScenario[]),
];

/** One case of a campaign. */
export interface CampaignCase {
  readonly scenario: CampaignScenario;
  /** In one line. */
  readonly text: string;
  readonly run: (waves?: string) => Promise<CaseResult>;
}

/** Cases of a hundred in which an accelerator's vector unit is at work, where it has one. */
const VECTOR_SHARE = 60;

/** The case of a seed: on an accelerator with a vector unit mostly one of that. */
export const campaignCase = (seed: number): CampaignCase => {
  const [config, simulator] = [configOf(seed), simulatorOf(seed)];
  const draw = drawOf(seed, 1);
  if (config.vector && draw.percent(VECTOR_SHARE)) {
    // only this engine has EXEC with maximum
    const scenario = draw.weighted<VectorScenario>(
      config.engines.includes('zerofree') ? VECTOR_SCENARIOS : { ...VECTOR_SCENARIOS, 'greatest of windows': 0 },
    );
    const given = vectorCase(scenario, config, simulator, randomMemory(config, draw), draw);
    const run = async (waves?: string): Promise<CaseResult> => {
      const result = await runVectorCase(given, waves);
      const before = 'before' in given ? given.before?.kind : undefined;
      return { ...result, ending: before ?? 'done' };
    };
    return { scenario, text: describeVectorCase(given), run };
  }
  const given = caseOn(config, simulator, seed);
  return { scenario: given.scenario, text: describeCase(given), run: (waves) => runCase(given, { waves }) };
};
