namespace Unroll;

/// <summary>What a decoder starts from, for B sequences at once.</summary>
/// <param name="Rows">B.</param>
/// <param name="States">The initial states, each [B, ...], in the order of the step model's inputs.</param>
/// <param name="Constants">What every step sees again, such as the encoder's outputs, each [B, ...].</param>
public sealed record DecoderStart(int Rows, IReadOnlyList<float[]> States, IReadOnlyList<float[]> Constants);

/// <summary>A sequence that a decoder wrote.</summary>
/// <param name="Tokens">Its tokens, without the one that ends it.</param>
/// <param name="LogProbability">ln of the probability of these tokens and the end.</param>
/// <param name="Others">What the step model gives beside logits and states, such as attention: for each such output a row a token, and one
/// for the end where it was reached.</param>
public sealed record DecodedSequence(IReadOnlyList<int> Tokens, double LogProbability, IReadOnlyList<float[][]> Others);

/// <summary>
/// Writes sequences token by token with a model that takes one step: the likeliest token each time, a drawn one, or a beam search.
/// States are kept from step to step, so a token costs one step, however many came before.
/// </summary>
public sealed class SequenceDecoder
{
    private readonly Model _step;
    private readonly int _states, _classes;

    /// <param name="step">
    /// Inputs: the token before (1), the states, what every step sees again. Outputs: logits (C) or (1, C), the new states, and any
    /// others. <see cref="Model.Cut"/> makes it from the model that was trained.
    /// </param>
    /// <param name="states">How many of the inputs and outputs are states.</param>
    /// <exception cref="UnrollException">The model's inputs and outputs are not like that.</exception>
    public SequenceDecoder(Model step, int states)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfNegative(states);
        (_step, _states) = (step, states);
        bool fits = step.Inputs.Count > states && step.Outputs.Count > states && step.Inputs[0].Shape.Size == 1
            && step.Outputs[0].Shape.Positions == 1;
        for (int i = 1; i <= states && fits; i++)
            fits = step.Inputs[i].Shape == step.Outputs[i].Shape;
        if (!fits)
            throw new UnrollException(
                $"A decoder with {states} states takes a model with inputs (1), states, others and outputs (C), states, others; this one "
                + $"has inputs {string.Join(", ", step.Inputs.Select(node => node.Shape))} and outputs "
                + $"{string.Join(", ", step.Outputs.Select(node => node.Shape))}.");
        _classes = step.Outputs[0].Shape.Features;
    }

    /// <summary>The token that a sequence begins with.</summary>
    public required int Begin { get; init; }

    /// <summary>The token that ends a sequence; −1: none does.</summary>
    public required int End { get; init; }

    /// <summary>At most so many tokens are written.</summary>
    public required int MostTokens { get; init; }

    /// <summary>The likeliest token at every step.</summary>
    public DecodedSequence[] Greedy(DecoderStart start) => Write(start, (logits, _) => Sampling.Likeliest(logits));

    /// <summary>A token drawn at every step; every row has a random stream of its own.</summary>
    public DecodedSequence[] Sample(DecoderStart start, Sampling sampling, int seed)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(sampling);
        RandomSource[] random = [.. Enumerable.Range(0, start.Rows).Select(row => new RandomSource(unchecked((ulong)seed), (ulong)row))];
        return Write(start, (logits, row) => sampling.Draw(logits, random[row].NextDouble()));
    }

    /// <summary>
    /// Beam search: after every step the <paramref name="width"/> likeliest beginnings of each sequence are kept. Ended ones are
    /// compared by LogProbability ÷ (tokens + 1)^<paramref name="lengthPower"/>; a beginning goes on while fewer than
    /// <paramref name="width"/> ended ones are better than it.
    /// </summary>
    /// <param name="start">Where to start.</param>
    /// <param name="width">How many beginnings are kept, at least 1.</param>
    /// <param name="lengthPower">0 compares probabilities, which favours short sequences; 1 the mean a token.</param>
    /// <returns>For each row the sequences that were found, best first, at most <paramref name="width"/>.</returns>
    public DecodedSequence[][] Beam(DecoderStart start, int width, double lengthPower = 0.7)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var ended = new List<Hypothesis>[start.Rows];
        for (int row = 0; row < start.Rows; row++)
            ended[row] = [];
        List<Hypothesis> alive = Start(start);
        for (int token = 0; token < MostTokens && alive.Count > 0; token++)
        {
            float[] logits = Step(alive, start);
            var next = new List<Hypothesis>();
            foreach (IGrouping<int, (Hypothesis Hypothesis, int At)> row in alive.Select((hypothesis, at) => (hypothesis, at))
                .GroupBy(pair => pair.hypothesis.Row))
            {
                IEnumerable<(Hypothesis From, int Token, double Log)> candidates =
                    row.SelectMany(pair => Best(logits.AsSpan(pair.At * _classes, _classes), width + 1)
                    .Select(choice => (pair.Hypothesis, choice.Token, pair.Hypothesis.Log + choice.Log)));
                int kept = 0;
                foreach ((Hypothesis from, int chosen, double log) in candidates.OrderByDescending(candidate => candidate.Log))
                {
                    if (kept == width)
                        break;
                    kept++;
                    if (chosen == End)
                        ended[row.Key].Add(from.End(log));
                    else
                        next.Add(from.Then(chosen, log));
                }
            }

            // A beginning is given up when as many endings as the beam is wide are better than it is now: it can only become less likely.
            alive = [.. next.Where(hypothesis => ended[hypothesis.Row].Count(ending => Score(ending) >= Score(hypothesis)) < width)];
        }

        foreach (Hypothesis left in alive)
            ended[left.Row].Add(left);
        return [.. ended.Select(found => found
            .OrderByDescending(Score)
            .Take(width)
            .Select(ToSequence)
            .ToArray())];

        double Score(Hypothesis hypothesis) => hypothesis.Log / Math.Pow(hypothesis.Tokens.Length + 1, lengthPower);
    }

    private DecodedSequence[] Write(DecoderStart start, Func<float[], int, int> choose)
    {
        ArgumentNullException.ThrowIfNull(start);
        List<Hypothesis> alive = Start(start);
        var written = new Hypothesis[start.Rows];
        for (int token = 0; token < MostTokens && alive.Count > 0; token++)
        {
            float[] logits = Step(alive, start);
            var next = new List<Hypothesis>();
            for (int i = 0; i < alive.Count; i++)
            {
                float[] own = logits[(i * _classes)..((i + 1) * _classes)];
                int chosen = choose(own, alive[i].Row);
                double log = alive[i].Log + own[chosen] - LogSum(own);
                if (chosen == End)
                    written[alive[i].Row] = alive[i].End(log);
                else
                    next.Add(alive[i].Then(chosen, log));
            }

            alive = next;
        }

        foreach (Hypothesis left in alive)
            written[left.Row] = left;
        return [.. written.Select(ToSequence)];
    }

    private List<Hypothesis> Start(DecoderStart start)
    {
        int constants = _step.Inputs.Count - 1 - _states;
        if (start.States is null || start.Constants is null)
            throw new ArgumentException(
                $"The start has no {(start.States is null ? nameof(start.States) : nameof(start.Constants))}. Give an empty list for none.",
                nameof(start));
        if (start.States.Count != _states || start.Constants.Count != constants)
            throw new ArgumentException($"The decoder starts from {_states} states and {constants} constants, but {start.States.Count} and "
                + $"{start.Constants.Count} were given. Give one array for each.", nameof(start));
        foreach ((float[] values, Node input) in start.States.Concat(start.Constants).Zip(_step.Inputs.Skip(1)))
        {
            if (values.Length != (long)start.Rows * input.Shape.Size)
                throw new ArgumentException($"For {start.Rows} sequences a start of shape {input.Shape} needs "
                    + $"{(long)start.Rows * input.Shape.Size} values, but {values.Length} were given.", nameof(start));
        }

        return [.. Enumerable.Range(0, start.Rows)
            .Select(row => new Hypothesis(row, [.. start.States.Select((state, s) => Row(state, row, _step.Inputs[s + 1].Shape.Size))]))];
    }

    /// <summary>Runs one step for all of them: sets their states and others, returns the logits.</summary>
    private float[] Step(List<Hypothesis> alive, DecoderStart start)
    {
        var inputs = new float[_step.Inputs.Count][];
        inputs[0] = [.. alive.Select(hypothesis => (float)(hypothesis.Tokens.Length == 0 ? Begin : hypothesis.Tokens[^1]))];
        for (int i = 1; i < inputs.Length; i++)
        {
            int size = _step.Inputs[i].Shape.Size, constant = i - 1 - _states;
            inputs[i] = new float[alive.Count * size];
            for (int h = 0; h < alive.Count; h++)
            {
                ReadOnlySpan<float> from = constant < 0
                    ? alive[h].States[i - 1]
                    : start.Constants[constant].AsSpan(alive[h].Row * size, size);
                from.CopyTo(inputs[i].AsSpan(h * size));
            }
        }

        float[][] outputs = _step.PredictEach(inputs);
        for (int h = 0; h < alive.Count; h++)
        {
            alive[h].States = [.. Enumerable.Range(1, _states).Select(s => Row(outputs[s], h, _step.Outputs[s].Shape.Size))];
            alive[h].Others = [.. alive[h].Others, [.. Enumerable.Range(_states + 1, outputs.Length - _states - 1)
                .Select(o => Row(outputs[o], h, _step.Outputs[o].Shape.Size))]];
        }

        return outputs[0];
    }

    private DecodedSequence ToSequence(Hypothesis hypothesis) => new(
        hypothesis.Tokens,
        hypothesis.Log,
        [.. Enumerable.Range(0, _step.Outputs.Count - _states - 1).Select(o => hypothesis.Others.Select(step => step[o]).ToArray())]);

    private static float[] Row(float[] values, int row, int size) => values[(row * size)..((row + 1) * size)];

    /// <summary>The likeliest tokens with ln of their probability.</summary>
    private static (int Token, double Log)[] Best(ReadOnlySpan<float> logits, int count)
    {
        double sum = LogSum(logits);
        var best = new PriorityQueue<int, (float Logit, int Place)>(count + 1);
        for (int token = 0; token < logits.Length; token++)
        {
            if (best.Count < count)
                best.Enqueue(token, (logits[token], -token));
            else
                best.EnqueueDequeue(token, (logits[token], -token));
        }

        var found = new (int, double)[best.Count];
        for (int i = found.Length - 1; i >= 0; i--)
        {
            int token = best.Dequeue();
            found[i] = (token, logits[token] - sum);
        }

        return found;
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        double largest = logits[Sampling.Likeliest(logits)], sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - largest);
        return largest + Math.Log(sum);
    }

    /// <summary>The beginning of a sequence.</summary>
    private sealed class Hypothesis(int row, float[][] states)
    {
        public int Row => row;

        public int[] Tokens { get; private init; } = [];

        public double Log { get; private init; }

        public float[][] States { get; set; } = states;

        /// <summary>For each step taken the other outputs.</summary>
        public float[][][] Others { get; set; } = [];

        public Hypothesis Then(int token, double log) => new(row, States) { Tokens = [.. Tokens, token], Log = log, Others = Others };

        public Hypothesis End(double log) => new(row, States) { Tokens = Tokens, Log = log, Others = Others };
    }
}
