namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>
/// Attention as nodes. Scores of steps that are not seen become the least number, so that they get no weight, and weights where nothing is
/// seen become 0.
/// </summary>
internal static class AttentionLayers
{
    private const float Lowest = float.MinValue;

    public static void Write(Attention layer, OnnxLayer to)
    {
        string scores = to.MatMul(to.Inputs[0], to.Transpose(to.Inputs[^1], 0, 2, 1));
        if (layer.UseScale)
            scores = to.Mul(scores, to.Scalar((float)(1 / Math.Sqrt(to.InputShapes[0].Features))));
        Finish(layer, to, scores);
    }

    /// <summary>Σ s·tanh(qᵢ + kⱼ) over [B, Q, V, D].</summary>
    public static void Write(AdditiveAttention layer, OnnxLayer to)
    {
        string hidden = to.Node("Tanh", [to.Add(to.Unsqueeze(to.Inputs[0], 2), to.Unsqueeze(to.Inputs[^1], 1))]);
        string scores = layer.UseScale
            ? to.Squeeze(to.MatMul(hidden, to.Model.Weights.Whole($"{to.Name}/scale", to.InputShapes[0].Features, 1)), 3)
            : to.Sum(hidden, false, 3);
        Finish(layer, to, scores);
    }

    public static void Write(MultiHeadAttention layer, OnnxLayer to)
    {
        int value = Math.Min(1, to.Inputs.Count - 1), heads = layer.Heads, keyUnits = layer.KeyUnits, valueUnits = layer.ValueUnits
            ?? keyUnits;
        string Project(string role, string x) =>
            to.Affine(x, to.Weights($"{role}_kernel"), layer.UseBias ? to.Weights($"{role}_bias") : null);
        string Heads(string role, int input, int units, params long[] order) =>
            to.Transpose(to.Reshape(Project(role, to.Inputs[input]), 0, 0, heads, units), order);

        string query = to.Mul(Heads("query", 0, keyUnits, 0, 2, 1, 3), to.Scalar((float)(1 / Math.Sqrt(keyUnits))));
        string scores = to.MatMul(query, Heads("key", to.Inputs.Count - 1, keyUnits, 0, 2, 3, 1));
        string[] seen = [.. new[] { to.Mask(value), to.Mask(to.Inputs.Count - 1) }.OfType<string>().Distinct()
            .Select(mask => to.Unsqueeze(mask, 1, 2))];
        if (to.Mask(0) is { } counts)
            seen = [.. seen, to.Unsqueeze(counts, 1, 3)];
        if (layer.Causal)
            seen = [.. seen, Causal(to, to.Inputs[0], to.Inputs[value])];
        string weights = Weights(to, scores, seen);
        string means = to.Transpose(to.MatMul(weights, Heads("value", value, valueUnits, 0, 2, 1, 3)), 0, 2, 1, 3);
        to.SetOutput(0, Project("output", to.Reshape(means, 0, 0, heads * valueUnits)));
        if (layer.ReturnScores)
            to.SetOutput(1, weights);
    }

    private static void Finish(AttentionLayer layer, OnnxLayer to, string scores)
    {
        string[] seen = to.Mask(1) is { } mask ? [to.Unsqueeze(mask, 1)] : [];
        if (layer.Causal)
            seen = [.. seen, Causal(to, to.Inputs[0], to.Inputs[1])];
        string weights = Weights(to, scores, seen), output = to.MatMul(weights, to.Inputs[1]);
        to.SetOutput(0, to.Mask(0) is { } counts ? to.Where(to.Beside(counts, 3), output, to.Scalar(0)) : output);
        if (layer.ReturnScores)
            to.SetOutput(1, weights);
    }

    private static string Weights(OnnxLayer to, string scores, string[] seen)
    {
        if (seen.Length == 0)
            return to.Node("Softmax", [scores], ("axis", -1L));
        string visible = seen.Aggregate((a, b) => to.Node("And", [a, b]));
        string weights = to.Node("Softmax", [to.Where(visible, scores, to.Scalar(Lowest))], ("axis", -1L));
        return to.Where(visible, weights, to.Scalar(0));
    }

    /// <summary>[Q, V]: true where the value step is not after the query step.</summary>
    private static string Causal(OnnxLayer to, string query, string value) => to.Node("Not",
        [to.Node("Less", [to.Unsqueeze(to.Range(to.Extent(query, 1)), 1), to.Unsqueeze(to.Range(to.Extent(value, 1)), 0)])]);
}
