import type { FaultAnswer, FaultHandle, FaultRule } from './fault-types.js';
import { seededRandom } from './random.js';

/** A rule that matched one request. */
export interface TakenFault {
  answer: FaultAnswer;
  /** For answers of the phase `after`: the request itself failed, so the fault has not happened. */
  giveBack(): void;
  /** Runs the action as soon as it is let go. */
  hold(action: () => void): void;
}

/** The rules in force, in the order in which they were added: the first that matches wins. */
export class FaultRules {
  readonly #seed: number;
  #rules: ActiveRule[] = [];
  #added = 0;

  constructor(
    seed: number,
    private readonly onClear: () => void,
  ) {
    this.#seed = seed;
  }

  /** @throws RangeError when a number of the rule is out of range */
  add(rule: FaultRule): FaultHandle {
    // A stream of its own for each rule: its draws do not depend on what other rules see.
    const active = new ActiveRule(checked(rule), seededRandom(this.#seed + 7919 * this.#added++));
    this.#rules.push(active);
    return {
      get hits() {
        return active.hits;
      },
      release: (count) => {
        active.release(count);
      },
      remove: () => {
        this.#rules = this.#rules.filter((other) => other !== active);
        active.release();
      },
    };
  }

  /** Removes every rule and ends the waits that rules have started. */
  clear(): void {
    for (const rule of this.#rules.splice(0)) rule.release();
    this.onClear();
  }

  get size(): number {
    return this.#rules.length;
  }

  /** The fault for this request, counted as a hit; undefined when it is to pass. */
  take(method: string, chatId: string): TakenFault | undefined {
    for (const rule of this.#rules) {
      if (rule.takes(method, chatId)) return rule;
    }
    return undefined;
  }
}

class ActiveRule implements TakenFault {
  hits = 0;
  readonly answer: FaultAnswer;
  readonly #method: string;
  readonly #chats: ReadonlySet<string> | undefined;
  readonly #held: (() => void)[] = [];
  #released = 0;
  #seen = 0;

  constructor(
    private readonly rule: FaultRule,
    private readonly random: () => number,
  ) {
    this.answer = rule.answer;
    this.#method = (rule.method ?? 'sendMessage').toLowerCase();
    if (rule.chatId !== undefined) this.#chats = new Set([rule.chatId].flat().map(String));
  }

  takes(method: string, chatId: string): boolean {
    const { times = Infinity, after = 0, probability = 1 } = this.rule;
    if (this.#method !== '*' && this.#method !== method.toLowerCase()) return false;
    if (this.#chats !== undefined && !this.#chats.has(chatId)) return false;
    if (this.hits >= times || this.#seen++ < after) return false;
    if (probability < 1 && this.random() >= probability) return false;
    this.hits++;
    return true;
  }

  giveBack(): void {
    this.hits--;
  }

  hold(action: () => void): void {
    this.#held.push(action);
    this.release(0);
  }

  release(count = Infinity): void {
    this.#released += count;
    for (const action of this.#held.splice(0, this.#released)) {
      this.#released--;
      action();
    }
  }
}

function checked(rule: FaultRule): FaultRule {
  const { times = 1, after = 0, probability = 1 } = rule;
  if (!(times >= 1)) throw new RangeError(`times must be 1 or more, not ${times}`);
  if (!(after >= 0)) throw new RangeError(`after must be 0 or more, not ${after}`);
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`probability must be from 0 to 1, not ${probability}`);
  }
  return rule;
}
