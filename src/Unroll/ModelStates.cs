namespace Unroll;

/// <summary>
/// The states of a model's recurrent layers for a batch of B rows, by layer name and state: <c>lstm_1/h</c>, <c>lstm_1/c</c>, each [B, H],
/// row-major. States that are missing are zero. Where a layer is used at several places of a graph, the states at the second place are
/// called <c>lstm_1[2]/h</c>.
/// </summary>
public sealed class ModelStates
{
    private readonly Dictionary<string, float[]> _states = [];

    /// <summary>The state of this name, for example <c>lstm_1/h</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such state.</exception>
    public float[] this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return _states.TryGetValue(name, out float[]? state)
                ? state
                : throw new KeyNotFoundException(
                    $"There is no state {name}; there are: {string.Join(", ", _states.Keys.Order())}. "
                    + "A layer gives its states with ReturnState.");
        }

        set
        {
            ArgumentNullException.ThrowIfNull(name);
            ArgumentNullException.ThrowIfNull(value);
            _states[name] = value;
        }
    }

    /// <summary>The names of the states.</summary>
    public IReadOnlyCollection<string> Names => _states.Keys;

    /// <summary>Null where it is missing.</summary>
    internal float[]? Find(string name) => _states.GetValueOrDefault(name);

    /// <summary>The array of a state, which is made where there is none of this length.</summary>
    internal float[] Reserve(string name, int length) =>
        Find(name) is { } state && state.Length == length ? state : _states[name] = new float[length];

    /// <summary>Every state is one that a layer begins from, and has as many values as it needs.</summary>
    /// <param name="slots">All states of the model.</param>
    /// <param name="rows">B.</param>
    /// <param name="argument">What the caller calls these states.</param>
    /// <exception cref="ArgumentException">One is not, or has not.</exception>
    internal void Require(StateSlot<float>[] slots, int rows, string argument)
    {
        foreach ((string name, float[] values) in _states)
        {
            StateSlot<float>? slot = null;
            foreach (StateSlot<float> each in slots)
                slot = each.Name == name ? each : slot;
            if (slot is null)
            {
                throw new ArgumentException(
                    $"No layer has a state {name}; there "
                    + (slots.Length == 0 ? "are none in this model." : $"are: {string.Join(", ", slots.Select(each => each.Name))}."),
                    argument);
            }

            if (slot.ComesFromGraph)
            {
                throw new ArgumentException(
                    $"The state {name} comes from another layer of the graph, so none can be given. "
                    + "Leave it out, or cut the layer out with Part.", argument);
            }

            if (values is null || values.Length != rows * slot.Units)
            {
                throw new ArgumentException(
                    $"The state {name} needs {rows * slot.Units} values, "
                    + $"[B, H] for {rows} {(rows == 1 ? "row" : "rows")} of {slot.Units} units, but has "
                    + $"{values?.Length ?? 0}.", argument);
            }
        }
    }
}

/// <summary>What <see cref="Model.Run(float[], ModelStates)"/> returns.</summary>
/// <param name="Output">[B, ...OutputShape], row-major.</param>
/// <param name="States">The final states of the layers with ReturnState.</param>
public sealed record ModelRun(float[] Output, ModelStates States);
