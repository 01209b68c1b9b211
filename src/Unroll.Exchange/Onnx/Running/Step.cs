namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A node in the order of computation.</summary>
/// <param name="Number">Its number in the model, with the nodes inside others.</param>
/// <param name="Label">What messages call it.</param>
/// <param name="Operator">What it does.</param>
/// <param name="Inputs">The numbers of the values that it reads; −1 for one left out.</param>
/// <param name="Outputs">The numbers of the values that it makes; −1 for one left out.</param>
internal sealed record Step(int Number, string Label, Operator Operator, int[] Inputs, int[] Outputs)
{
    /// <summary>The values that no later node of the graph reads.</summary>
    public int[] Last { get; set; } = [];

    /// <summary>Computes the node. Inputs that do not go together end in one kind of error, whichever check finds it.</summary>
    public void Run(RunMemory memory)
    {
        try
        {
            Operator.Run(new Call(memory, this));
        }
        catch (Exception e) when (
            e is ArgumentException or IndexOutOfRangeException or OverflowException or DivideByZeroException or InvalidCastException)
        {
            throw Misfit(memory, e);
        }

        memory.ReturnScratch();
    }

    private UnrollException Misfit(RunMemory memory, Exception e)
    {
        IEnumerable<string> shapes = Inputs.Select(input => input < 0 ? "none" : memory.Values[input]?.Shape ?? "none");
        return new UnrollException($"{Label}: its inputs do not go together, of shapes {string.Join(" ", shapes)}.", e);
    }
}

/// <summary>A graph ready to run: the model's, or a body inside a node.</summary>
/// <param name="Inputs">The numbers of its inputs.</param>
/// <param name="Outputs">The numbers of its outputs.</param>
/// <param name="Steps">Its nodes in an order in which each finds its inputs.</param>
internal sealed record GraphSteps(int[] Inputs, int[] Outputs, Step[] Steps)
{
    /// <summary>The values from outside that its nodes read, of bodies inside it too.</summary>
    public required int[] Captured { get; init; }

    /// <summary>Those of its outputs that its nodes make.</summary>
    public required int[] Made { get; init; }

    /// <summary>Forgets the outputs that the nodes made.</summary>
    public void Release(RunMemory memory)
    {
        foreach (int value in Made)
            memory.Release(value);
    }

    /// <summary>Forgets the outputs that the nodes made, and the inputs, which a body has for itself.</summary>
    public void Forget(RunMemory memory)
    {
        Release(memory);
        foreach (int value in Inputs)
            memory.Release(value);
    }

    /// <summary>Computes all nodes.</summary>
    public void Run(RunMemory memory)
    {
        foreach (Step step in Steps)
        {
            memory.Token.ThrowIfCancellationRequested();
            step.Run(memory);
            foreach (int value in step.Last)
                memory.Release(value);
        }
    }
}
