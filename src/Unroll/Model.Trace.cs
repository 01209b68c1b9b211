using Unroll.Layers;

namespace Unroll;

public sealed partial class Model
{
    /// <summary>
    /// Runs one window and tells what the gates and states of its recurrent layers, and the weights of its attention layers, were at every
    /// step: the very numbers that the outputs are made of. It begins from zero states, whatever stateful layers carry, and changes
    /// nothing. As predictions it may be called from any thread, also while the model is trained. Layers inside of
    /// <see cref="TimeDistributed"/> are left out.
    /// </summary>
    /// <param name="inputs">One array for each input of the model, row-major, without a batch.</param>
    /// <exception cref="ArgumentException">There are not as many arrays as inputs, or a length is not that of one window.</exception>
    /// <example><code>
    /// RecurrentTrace lstm = model.Trace(window).Recurrent[0];
    /// StepValues forget = lstm.Gates.First(gate => gate.Name == "forget");
    /// for (int t = 0; t &lt; forget.Steps; t++)
    ///     Console.WriteLine($"{t}: unit 0 keeps {forget[t, 0]:P0}, h = {lstm.States[0][t, 0]}");
    /// </code></example>
    public ModelTrace Trace(params float[][] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (float[] values in inputs)
            ArgumentNullException.ThrowIfNull(values, nameof(inputs));
        int rows = RowsOf([.. inputs.Select(values => new ReadOnlyMemory<float>(values))]);
        if (rows != 1)
            throw new ArgumentException($"A trace is of one window, but {rows} were given. Give them one by one.", nameof(inputs));
        var outputs = new float[Network.OutputSize];
        var seen = new TraceBuilder();
        using RunPool.Rental run = Runs.RentSmall();
        try
        {
            run.Network.ForgetStates();
            Span<float> joined = run.Network.InputRows(rows);
            foreach (float[] values in inputs)
            {
                values.CopyTo(joined);
                joined = joined[values.Length..];
            }

            run.Network.TraceRow(outputs, seen);
        }
        finally
        {
            run.Network.ForgetStates();
        }

        return new ModelTrace(outputs, [.. seen.Recurrent], [.. seen.Attention]);
    }
}
