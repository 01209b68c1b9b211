using Unroll.Layers;

namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// Recurrent layers as nodes: as the operators LSTM, GRU and RNN where these know what the layer does, otherwise as a Scan over the steps,
/// with the cell's equations as its body. A masked step leaves the states as they were, which only a Scan can do.
/// </summary>
internal static class RecurrentLayers
{
    public static void Write(Recurrent layer, OnnxLayer to)
    {
        Run run = new(layer, to.Name, layer.GoBackwards, IsInOrderOfTime: false);
        (string output, string[] states) = Write(to, [run], to.Inputs[0], to.Mask(0), [Initial(to, layer.States.Count, 0)])[0];
        SetOutputs(to, output, layer.ReturnState, states);
        to.NewMask = Reverse(to, run, to.Mask(0));
    }

    public static void Write(StackedRecurrent stack, OnnxLayer to)
    {
        (string output, string[] states, string? mask) = Write(to, stack, to.Name, fromTheEnd: false, firstState: 0);
        SetOutputs(to, output, stack.ReturnState, states);
        to.NewMask = mask;
    }

    public static void Write(Bidirectional both, OnnxLayer to)
    {
        int count = both.Inner.States.Count;
        (string Output, string[] States)[] halves;
        if (both.Inner is StackedRecurrent stack)
        {
            (string output, string[] states, _) = Write(to, stack, $"{to.Name}/forward", fromTheEnd: false, 0);
            (string backward, string[] others, _) = Write(to, stack, $"{to.Name}/backward", fromTheEnd: true, count);
            halves = [(output, states), (backward, others)];
        }
        else
        {
            var layer = (Recurrent)both.Inner;
            Run[] runs =
            [
                new(layer, $"{to.Name}/forward", layer.GoBackwards, IsInOrderOfTime: true),
                new(layer, $"{to.Name}/backward", !layer.GoBackwards, IsInOrderOfTime: true),
            ];
            halves = Write(to, runs, to.Inputs[0], to.Mask(0), [Initial(to, count, 0), Initial(to, count, count)],
                both.MergeMode == MergeMode.Concat);
        }

        (string a, string b) = (halves[0].Output, halves[1].Output);
        bool isVector = both.Inner is Recurrent { ReturnSequences: false } or StackedRecurrent { ReturnSequences: false };
        string merged = both.MergeMode switch
        {
            MergeMode.Concat => b.Length == 0 ? a : to.Concat(-1, a, b),
            MergeMode.Sum => to.Add(a, b),
            MergeMode.Multiply => to.Mul(a, b),
            MergeMode.Average => to.Mul(to.Add(a, b), to.Scalar(0.5f)),
            _ => isVector ? to.Concat(1, to.Unsqueeze(a, 1), to.Unsqueeze(b, 1)) : to.Concat(1, a, b),
        };
        SetOutputs(to, merged, both.ReturnsStates, [.. halves[0].States, .. halves[1].States]);
    }

    private static (string Output, string[] States, string? Mask) Write(
        OnnxLayer to, StackedRecurrent stack, string prefix, bool fromTheEnd, int firstState)
    {
        string value = to.Inputs[0];
        string? mask = to.Mask(0);
        var all = new List<string>();
        for (int i = 0; i < stack.Layers.Count; i++)
        {
            Recurrent layer = stack.Layers[i] with { ReturnSequences = stack.ReturnSequences || i < stack.Layers.Count - 1 };
            var run = new Run(layer, $"{prefix}/{layer.Kind}_{i + 1}", layer.GoBackwards || fromTheEnd, IsInOrderOfTime: fromTheEnd);
            (value, string[] states) = Write(to, [run], value, mask, [Initial(to, layer.States.Count, firstState + all.Count)])[0];
            all.AddRange(states);
            mask = Reverse(to, run, mask) ?? mask;
        }

        return (value, [.. all], mask);
    }

    /// <summary>One layer over its sequence, or both halves of one in both directions.</summary>
    /// <param name="to">The place in the graph.</param>
    /// <param name="runs">The layer in one direction or both.</param>
    /// <param name="x">The sequence.</param>
    /// <param name="mask">Its mask, or null.</param>
    /// <param name="initial">The states that the graph gives, or null.</param>
    /// <param name="joins">True: the features of both halves may come as one, as the output of the first; that of the second
    /// is empty then.</param>
    private static (string Output, string[] States)[] Write(
        OnnxLayer to, Run[] runs, string x, string? mask, string[]?[] initial, bool joins = false)
    {
        RecurrentOp<float>?[] parts = [.. runs.Select(_ => to.Parts.TryDequeue(out RecurrentOp<float>? part) ? part : null)];
        for (int i = 0; i < runs.Length; i++)
        {
            if (initial[i] is null && parts[i] is { } part)
            {
                string?[] given = [.. Enumerable.Range(0, part.States.Count).Select(state => to.Model.InitialState(part, state))];
                initial[i] = given.All(state => state is not null) ? [.. given.OfType<string>()] : null;
            }
        }

        bool isNative = mask is null && NativeRecurrent.Knows(runs[0].Layer);
        (string Output, string[] States)[] results = isNative && runs is [{ IsBackward: false }, _]
            ? NativeRecurrent.WriteBoth(to, runs, x, initial, joins, runs[0].Layer.ReturnState
                || parts.Any(part => part is not null && to.Model.Exposes(part)))
            : [.. runs.Select((run, i) => isNative
                ? NativeRecurrent.Write(to, run, x, initial[i])
                : ScanRecurrent.Write(to, run, x, mask, initial[i]))];
        for (int i = 0; i < runs.Length; i++)
        {
            for (int state = 0; state < results[i].States.Length && parts[i] is not null; state++)
                to.Model.FinalState(parts[i]!, state, results[i].States[state]);
        }

        return results;
    }

    private static string[]? Initial(OnnxLayer to, int count, int first) =>
        to.Inputs.Count == 1 ? null : [.. to.Inputs.Skip(1 + first).Take(count)];

    /// <summary>The mask of a sequence that goes out in the order of processing, from the last step to the first.</summary>
    private static string? Reverse(OnnxLayer to, Run run, string? mask) =>
        mask is not null && run.ReversesTime && run.Layer.ReturnSequences ? to.Reverse(mask) : null;

    private static void SetOutputs(OnnxLayer to, string output, bool withStates, string[] states)
    {
        to.SetOutput(0, output);
        for (int i = 0; withStates && i < states.Length; i++)
            to.SetOutput(i + 1, states[i]);
    }
}

/// <summary>A recurrent layer in one direction.</summary>
/// <param name="Layer">Its options.</param>
/// <param name="Prefix">What the names of its weights begin with.</param>
/// <param name="IsBackward">From the last step to the first.</param>
/// <param name="IsInOrderOfTime">A returned sequence is in the order of time, also where the steps were taken backwards.</param>
internal sealed record Run(Recurrent Layer, string Prefix, bool IsBackward, bool IsInOrderOfTime)
{
    /// <summary>A returned sequence begins with the last step.</summary>
    public bool ReversesTime => IsBackward && !IsInOrderOfTime;
}
