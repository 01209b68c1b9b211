namespace Unroll;

/// <content>What a model is called.</content>
public sealed partial class Model
{
    private string _name = "";

    /// <summary>
    /// What metrics, traces and logs call it, so that several models of a service can be told apart; "" for nothing. A
    /// file does not have it.
    /// </summary>
    public string Name
    {
        get => _name;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _name = value;
        }
    }
}
