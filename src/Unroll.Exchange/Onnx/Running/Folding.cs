namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// Computes nodes of constants once, at loading. What is too large for that stays a node: a small file must not need much memory or time
/// to load.
/// </summary>
internal sealed class Folding(string name, long fileBytes)
{
    private readonly long _most = Math.Max(16 << 20, 4 * fileBytes);
    private long _left = Math.Max(32 << 20, 8 * fileBytes);

    /// <summary>Runs a node whose inputs are constants.</summary>
    /// <param name="step">The node.</param>
    /// <param name="constants">All constants, by number.</param>
    /// <param name="outputs">What it makes.</param>
    /// <returns>False: it is to be computed in every run.</returns>
    public bool TryRun(Step step, List<Tensor?> constants, out Tensor?[] outputs)
    {
        outputs = new Tensor?[step.Outputs.Length];
        if (!step.Operator.IsFoldable || _left <= 0)
            return false;
        int inputs = step.Inputs.Length;
        var values = new Tensor?[inputs + outputs.Length];
        int[] from = new int[inputs], to = new int[outputs.Length];
        for (int i = 0; i < inputs; i++)
            (values[i], from[i]) = step.Inputs[i] < 0 ? (null, -1) : (constants[step.Inputs[i]], i);
        for (int i = 0; i < to.Length; i++)
            to[i] = step.Outputs[i] < 0 ? -1 : inputs + i;
        var memory = new RunMemory(name, values, 1, Math.Min(_most, _left));
        try
        {
            new Step(0, step.Label, step.Operator, from, to).Run(memory);
        }
        catch (UnrollException)
        {
            // It may stand in a branch that is never taken; a run that comes to it says what is wrong.
            return false;
        }

        for (int i = 0; i < to.Length; i++)
        {
            if (to[i] < 0)
                continue;
            outputs[i] = memory.Values[to[i]]?.Copy();
            _left -= (outputs[i]?.Length ?? 0) * 8L + 64;
        }

        return true;
    }
}
