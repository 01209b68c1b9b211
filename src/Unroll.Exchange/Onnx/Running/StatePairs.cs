namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Finds which outputs are the next values of which inputs.</summary>
internal static class StatePairs
{
    /// <summary>What is put before or after a state's name where it comes out.</summary>
    private static readonly string[] s_endings = ["N", "n", "_n", "_N", "_out", "_new", "_next", "Out", "_o", ".out", "_1", "_output"];
    private static readonly string[] s_beginnings = ["new_", "next_", "out_", "output_", "o_"];

    public static IReadOnlyList<(string Input, string Output)> Find(OnnxModel model)
    {
        var pairs = new List<(string, string)>();
        var free = model.Outputs.ToList();
        foreach (OnnxValue input in model.Inputs)
        {
            OnnxValue? output = free.Find(output => IsNext(input.Name, output.Name) && GoTogether(input, output));
            if (output is null)
                continue;
            pairs.Add((input.Name, output.Name));
            free.Remove(output);
        }

        if (pairs.Count > 0)
            return pairs;

        // By shape: whatever is behind the first input and the first output, where there is one way only.
        foreach (OnnxValue input in model.Inputs.Skip(1))
        {
            List<OnnxValue> fitting = free.FindAll(output => output != model.Outputs[0] && HasSameShape(input, output));
            int rivals = model.Inputs.Skip(1).Count(other => HasSameShape(other, input));
            if (fitting.Count == 1 && rivals == 1)
                pairs.Add((input.Name, fitting[0].Name));
            else if (fitting.Count > 0)
                throw Ambiguous(model);
        }

        return pairs.Count > 0 ? pairs : throw Ambiguous(model);
    }

    private static ArgumentException Ambiguous(OnnxModel model) => new(
        "It cannot be told which outputs are the next values of which inputs: the inputs are "
        + $"{string.Join(", ", model.Inputs.Select(v => v.Name))}, "
        + $"the outputs {string.Join(", ", model.Outputs.Select(v => v.Name))}. Name the pairs.");

    private static bool IsNext(string input, string output)
    {
        if (s_endings.Any(ending => output == input + ending) || s_beginnings.Any(beginning => output == beginning + input))
            return true;

        // state_in and state_out, h0 and hn, in_state and out_state.
        return output == input.Replace("_in", "_out", StringComparison.Ordinal) && output != input
            || output == input.Replace("in_", "out_", StringComparison.Ordinal) && output != input
            || (input.EndsWith('0') && s_endings.Any(ending => output == input[..^1] + ending));
    }

    private static bool GoTogether(OnnxValue input, OnnxValue output)
    {
        if (input.Type != output.Type || input.Shape is null || output.Shape is null)
            return input.Type == output.Type;
        return input.Shape.Count == output.Shape.Count
            && input.Shape.Zip(output.Shape).All(pair => pair.First < 0 || pair.Second < 0 || pair.First == pair.Second);
    }

    private static bool HasSameShape(OnnxValue a, OnnxValue b) =>
        a.Type == b.Type && a.Shape is not null && b.Shape is not null && a.Shape.Count > 0 && a.Shape.SequenceEqual(b.Shape);
}
