import { useWords } from '../i18n.js';
import { describedBy, FieldProblems, type Problems } from '../parts/problems.js';
import { emptyItem, emptyQuestion, type Item, type QuestionDraft } from './form-draft.js';
import { changeAndFocus, OrderButtons } from './order-buttons.js';

const FEWEST_OPTIONS = 2;

function fieldId({ key }: Item): string {
  return `field-${key}`;
}

function Options({
  options,
  problems,
  onChange,
}: {
  options: readonly Item[];
  problems: readonly string[];
  onChange: (options: Item[]) => void;
}) {
  const { t } = useWords();
  const id = `${options[0]?.key ?? ''}-problems`;
  /** A new option, below the one that is being written or at the end. */
  function add(index: number): void {
    const added = emptyItem();
    changeAndFocus(() => {
      onChange(options.toSpliced(index, 0, added));
    }, fieldId(added));
  }
  return (
    <>
      <ol className="option-fields">
        {options.map((option, index) => {
          const name = t('polls.optionName', { place: index + 1 });
          return (
            <li key={option.key}>
              <input
                id={fieldId(option)}
                aria-label={name}
                value={option.text}
                {...describedBy(id, problems)}
                onChange={(event) => {
                  onChange(options.with(index, { ...option, text: event.target.value }));
                }}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
                  event.preventDefault();
                  add(index + 1);
                }}
              />
              <OrderButtons
                list={options}
                index={index}
                name={name}
                fewest={FEWEST_OPTIONS}
                fieldId={fieldId}
                onChange={onChange}
              />
            </li>
          );
        })}
      </ol>
      <FieldProblems id={id} messages={problems} />
      <button
        type="button"
        onClick={() => {
          add(options.length);
        }}
      >
        {t('polls.addOption')}
      </button>
    </>
  );
}

function QuestionField({
  questions,
  index,
  problems,
  onChange,
}: {
  questions: readonly QuestionDraft[];
  index: number;
  problems: Problems;
  onChange: (questions: QuestionDraft[]) => void;
}) {
  const { t } = useWords();
  const question = questions[index];
  if (!question) return null;
  const name = t('polls.questionName', { place: index + 1 });
  const id = `${question.key}-text`;
  const messages = problems.at(`questions.${index}.text`);
  function become(change: Partial<QuestionDraft>): void {
    if (question) onChange(questions.with(index, { ...question, ...change }));
  }
  return (
    <fieldset className="question">
      <legend className="hidden">{name}</legend>
      <div className="question-head">
        <label>
          {name}
          <textarea
            id={fieldId(question)}
            rows={2}
            value={question.text}
            {...describedBy(id, messages)}
            onChange={(event) => {
              become({ text: event.target.value });
            }}
          />
        </label>
        <OrderButtons
          list={questions}
          index={index}
          name={name}
          fewest={1}
          fieldId={fieldId}
          onChange={onChange}
        />
      </div>
      <FieldProblems id={id} messages={messages} />
      <Options
        options={question.options}
        problems={problems.at(`questions.${index}.options`)}
        onChange={(options) => {
          become({ options });
        }}
      />
    </fieldset>
  );
}

/** The questions of a poll with their options, in an order that the keyboard can change. */
export function QuestionFields({
  questions,
  problems,
  onChange,
}: {
  questions: readonly QuestionDraft[];
  problems: Problems;
  onChange: (questions: QuestionDraft[]) => void;
}) {
  const { t } = useWords();
  return (
    <>
      {questions.map((question, index) => (
        <QuestionField
          key={question.key}
          questions={questions}
          index={index}
          problems={problems}
          onChange={onChange}
        />
      ))}
      <FieldProblems id="questions-problems" messages={problems.at('questions')} />
      <button
        type="button"
        onClick={() => {
          const added = emptyQuestion();
          changeAndFocus(() => {
            onChange([...questions, added]);
          }, fieldId(added));
        }}
      >
        {t('polls.addQuestion')}
      </button>
    </>
  );
}
