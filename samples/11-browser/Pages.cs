namespace Browser;

/// <summary>The page that the agents work on; it needs no server.</summary>
internal static class Pages
{
    /// <summary>What is to be sent, by the form.</summary>
    public static readonly Dictionary<string, string[]> Forms = new(StringComparer.Ordinal)
    {
        ["order"] = ["12 screws", "next week"],
        ["return"] = ["a broken lamp", "refund"],
        ["question"] = ["opening hours", "on Sunday"],
    };

    /// <summary>Three forms, and one button that sends the one that is chosen. The answer takes a moment.</summary>
    public static Uri Desk { get; } = new("data:text/html," + Uri.EscapeDataString(
        $$"""
        <!doctype html><title>Desk</title>
        <style>fieldset { display: inline-block; margin: 1em } label { display: block }</style>
        {{string.Concat(Forms.Keys.Select(Form))}}
        <p><button id="submit-button" onclick="send()">Submit</button></p>
        <div id="receipts"></div>
        <script>
            function send() {
                const form = document.querySelector('input[name=send]:checked').value;
                const text = [1, 2].map(i => document.getElementById(form + '-' + i).value).join(', ');
                setTimeout(() => {
                    const receipt = document.createElement('p');
                    receipt.id = 'receipt-' + form;
                    receipt.textContent = 'receipt for ' + form + ': ' + text;
                    receipts.append(receipt);
                }, 200);
            }
        </script>
        """));

    private static string Form(string name) => $"""
        <fieldset><legend>{name}</legend>
        <label>What <input id="{name}-1"></label><label>How <input id="{name}-2"></label>
        <label><input type="radio" name="send" id="{name}-send" value="{name}"> Send this one</label></fieldset>
        """;
}
