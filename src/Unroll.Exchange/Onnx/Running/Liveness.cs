namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>What of a graph is needed, and for how long.</summary>
internal static class Liveness
{
    /// <summary>A plan of those steps whose values somebody reads, each with the values to let go of after it.</summary>
    public static GraphSteps Trim(int[] inputs, int[] outputs, List<Step> steps, Func<int, bool> isConstant)
    {
        var needed = new HashSet<int>(outputs);
        var kept = new List<Step>();
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            Step step = steps[i];
            if (!step.Outputs.Any(needed.Contains))
                continue;
            int[] wanted = [.. step.Outputs.Select(output => needed.Contains(output) ? output : -1)];
            kept.Add(step with { Outputs = wanted });
            needed.UnionWith(Reads(step));
        }

        kept.Reverse();
        var owned = new HashSet<int>(kept.SelectMany(step => step.Outputs).Where(output => output >= 0));
        var seen = new HashSet<int>(outputs);
        for (int i = kept.Count - 1; i >= 0; i--)
        {
            var last = new List<int>();
            foreach (int read in Reads(kept[i]).Concat(kept[i].Outputs))
            {
                if (read >= 0 && owned.Contains(read) && seen.Add(read))
                    last.Add(read);
            }

            kept[i].Last = [.. last];
        }

        var own = new HashSet<int>(inputs);
        own.UnionWith(owned);
        int[] captured = [.. kept.SelectMany(Reads).Concat(outputs).Where(value => !own.Contains(value)).Distinct()];
        // A constant that is also an input of the main graph counts as captured, so that it stays.
        return new GraphSteps(inputs, outputs, [.. kept])
        {
            Captured = [.. captured.Concat(inputs.Where(isConstant))],
            Made = [.. outputs.Where(owned.Contains).Distinct()],
        };
    }

    private static IEnumerable<int> Reads(Step step)
    {
        var reads = new List<int>();
        foreach (int input in step.Inputs)
        {
            if (input >= 0)
                reads.Add(input);
        }

        foreach (GraphSteps body in step.Operator.Bodies)
            reads.AddRange(body.Captured);
        return reads;
    }
}
